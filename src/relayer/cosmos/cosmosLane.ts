// The account's transactions on a Cosmos chain, one at a time: its place (the sequence), the fee, and whether it came into a
// block. Each is in the journal before it is sent.

import { AuthInfo, TxRaw } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import { fromHex } from "../../codec/bytes.ts";
import type { ErrorKind } from "../../codec/chainError.ts";
import { parseDecCoins } from "../../codec/coins.ts";
import { DEC_ONE, quoCeil } from "../../codec/decimal.ts";
import { requiredAmount } from "../../codec/priceList.ts";
import { ErrInsufficientFee, ErrTxInMempoolCache, ErrWrongSequence } from "../../codec/sdkErrors.ts";
import type { Clock } from "../clock.ts";
import { type DeliveryQueue, hashOf, reportName } from "../deliver/deliveryQueue.ts";
import { hexOf, type MessageRecord, type PendingTx } from "../journal/record.ts";
import type { BatchItem } from "./batch.ts";
import type { CosmosAccount, CosmosTxTerms } from "./cosmosAccount.ts";
import type { CosmosRpc } from "./cosmosRpc.ts";
import type { CosmosState } from "./cosmosState.ts";
import { failuresOfData } from "./independent.ts";
import { expectedSequence, failedIndex, refusalOfLog } from "./receiveMessage.ts";

/** How an account sends. */
export interface CosmosLaneOptions {
  /** As in `0.025uusdc`. */
  readonly gasPrice: string;
  /** Blocks after which a transaction that is in none can come into none. */
  readonly timeoutBlocks: number;
  /** After so long without a block it is sent again, the same bytes. */
  readonly stuckAfterMs: number;
}

/** What a lane is made with. */
export interface CosmosLaneParts {
  readonly domain: number;
  readonly rpc: CosmosRpc;
  readonly state: CosmosState;
  readonly account: CosmosAccount;
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
  readonly isUsed: (id: string) => Promise<boolean>;
  /** Fee that a transaction cost, and whether it delivered something. */
  readonly paid: (amount: bigint, isUseful: boolean) => void;
}

/** Gas over what the simulation used, in percent: state may change before the block. Grows when it was not enough. */
const GAS_MARGIN_PERCENT = 30;
const GAS_MARGIN_PERCENT_MAX = 300;
/** Code of a transaction that ran out of gas (codespace sdk). */
const OUT_OF_GAS = 11;

/** What the simulation of a batch said. */
export interface SimulatedBatch {
  readonly gas: bigint;
  /** It was one whose messages succeed and fail each on their own. */
  readonly isIndependent: boolean;
}

interface TxResult {
  readonly code: number;
  readonly log?: string | undefined;
  readonly data?: Uint8Array | undefined;
}

/** Sends for one account. Steps must not overlap. */
export class CosmosLane {
  readonly #options: CosmosLaneOptions;
  readonly #parts: CosmosLaneParts;
  /** Hash of the transaction that a node took from this process, and when it was last sent. */
  #taken: { readonly hash: string; readonly atMs: number } | undefined;
  /** Since when a transaction whose sequence is over is in no block. */
  #missingSinceMs: number | undefined;
  #marginPercent = GAS_MARGIN_PERCENT;
  /** What the chain said that a fee lacked. */
  #feeFloor = 0n;

  constructor(options: CosmosLaneOptions, parts: CosmosLaneParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Forgets what is not in the journal. */
  reset(): void {
    this.#taken = undefined;
    this.#missingSinceMs = undefined;
    this.#parts.account.setSequence(undefined);
  }

  /** Looks after the transaction that is on its way. Resolves to whether the next one may be sent. */
  async settle(): Promise<boolean> {
    await this.#parts.queue.dropForeign(this.#parts.account.address);
    const [tx] = this.#parts.queue.pending();
    if (tx === undefined) return true;
    const hash = hashOf(tx);
    const { txs } = await this.#parts.rpc.call((rpc) => rpc.txSearch({ query: `tx.hash='${hash}'` }));
    const [found] = txs;
    if (found !== undefined) await this.#conclude(tx, found.result, BigInt(found.height));
    else await this.#waitFor(tx);
    return this.#parts.queue.pending().length === 0;
  }

  async #conclude(tx: PendingTx, result: TxResult, height: bigint): Promise<void> {
    const { queue, account, paid } = this.#parts;
    account.setSequence(tx.sequence + 1);
    this.#missingSinceMs = undefined;
    paid(feeOf(tx), result.code === 0);
    if (result.code === 0) {
      this.#marginPercent = GAS_MARGIN_PERCENT;
      const failures = namedFailures(tx, failuresOfData(result.data ?? new Uint8Array(0)));
      return queue.delivered(tx, { txHash: hashOf(tx), height }, failures, refusalOfLog);
    }
    const log = result.log ?? "";
    await queue.cameBack(tx, "failed", log);
    if (result.code === OUT_OF_GAS) {
      this.#marginPercent = Math.min(this.#marginPercent + GAS_MARGIN_PERCENT, GAS_MARGIN_PERCENT_MAX);
    }
    await this.#blame(tx, log);
  }

  /** Of the messages of a failed transaction only the one that failed waits; the others are due at once. */
  async #blame(tx: PendingTx, log: string): Promise<void> {
    const index = failedIndex(log);
    const bad = index === undefined ? undefined : tx.deliveries[index];
    for (const id of tx.deliveries) if (id !== bad) this.#parts.queue.hurry(id);
    if (bad !== undefined) await this.#parts.queue.refuse(bad, refusalOfLog(log), log);
  }

  /** It is in no block. After its height or its sequence is over it never will be. */
  async #waitFor(tx: PendingTx): Promise<void> {
    const { rpc, account, queue, clock } = this.#parts;
    const nowMs = clock.nowMs();
    if (this.#taken?.hash !== hashOf(tx)) return this.#resume(tx);
    const { lastBlockHeight = 0 } = await rpc.call((client) => client.abciInfo());
    const isTimedOut = BigInt(lastBlockHeight) > BigInt(tx.timeoutHeight);
    const isOver = isTimedOut || (await account.committedSequence()) > tx.sequence;
    if (!isOver) {
      this.#missingSinceMs = undefined;
      if (nowMs - this.#taken.atMs >= this.#options.stuckAfterMs) await this.#broadcast(tx);
      return;
    }
    // A node's index may be behind its blocks: give it a while.
    this.#missingSinceMs ??= nowMs;
    if (nowMs - this.#missingSinceMs < this.#options.stuckAfterMs) return;
    this.#missingSinceMs = undefined;
    account.setSequence(undefined);
    await queue.cameBack(
      tx,
      "dropped",
      isTimedOut ? "its transaction came into no block" : "another took its sequence",
    );
  }

  /** After a restart nobody knows whether it was sent. The same bytes can come into a block only once. */
  async #resume(tx: PendingTx): Promise<void> {
    const used = await Promise.all(tx.deliveries.map((id) => this.#parts.isUsed(id)));
    if (!used.includes(true)) return this.#broadcast(tx);
    // It would fail as a whole: what is left of it goes into another of the same sequence.
    this.#parts.account.setSequence(undefined);
    await this.#parts.queue.cameBack(tx, "dropped", "somebody else delivered one of its messages");
  }

  /** Sends what was planned. Resolves when a node has taken or refused it. */
  async send(items: readonly BatchItem[], checked: readonly MessageRecord[], simulated: SimulatedBatch): Promise<void> {
    const { account, queue, domain, clock, rpc } = this.#parts;
    const sequence = await account.sequence();
    const gasLimit = quoCeil(simulated.gas * BigInt(100 + this.#marginPercent), 100n);
    const fee = await this.#fee(
      items.map(({ msg }) => msg.typeUrl),
      gasLimit,
    );
    const { lastBlockHeight = 0 } = await rpc.call((client) => client.abciInfo());
    const timeoutHeight = BigInt(lastBlockHeight + this.#options.timeoutBlocks);
    const messages = items.map(({ msg }) => msg);
    const { bytes, hash } = await account.sign(messages, sequence, {
      fee,
      gasLimit,
      timeoutHeight,
      isIndependent: simulated.isIndependent,
    });
    const tx: PendingTx = {
      domain,
      account: account.address,
      sequence,
      deliveries: items.filter(({ phase }) => phase === undefined).map(({ id }) => id),
      reports: items.flatMap(({ id, phase }) => (phase === undefined ? [] : [{ id, phase }])),
      copies: [{ hash, bytes: hexOf(bytes), isDelivery: true }],
      sentAtMs: clock.nowMs(),
      timeoutHeight: timeoutHeight.toString(),
    };
    if (await queue.submit(tx, checked)) await this.#broadcast(tx);
  }

  /** What gas costs, or what the chain's price list asks for these messages, or what the chain missed last time. */
  async #fee(typeUrls: readonly string[], gasLimit: bigint): Promise<CosmosTxTerms["fee"]> {
    const [price] = parseDecCoins(this.#options.gasPrice);
    if (price === undefined) return { denom: "", amount: 0n };
    const byGas = quoCeil(gasLimit * price.amount, DEC_ONE);
    const list = await this.#parts.state.priceList();
    const listed = list?.denom === price.denom ? requiredAmount(list, typeUrls, gasLimit) : 0n;
    const amount = [byGas, listed, this.#feeFloor].reduce((a, b) => (a > b ? a : b));
    return { denom: price.denom, amount };
  }

  async #broadcast(tx: PendingTx): Promise<void> {
    const bytes = fromHex(tx.copies.at(-1)!.bytes.slice(2));
    const checked = await this.#parts.rpc.call((rpc) => rpc.broadcastTxSync({ tx: bytes }));
    const { code, codespace = "", log = "" } = checked;
    const isSdk = (kind: ErrorKind) => codespace === kind.codespace && code === kind.code;
    this.#taken = { hash: hashOf(tx), atMs: this.#parts.clock.nowMs() };
    if (code === 0 || isSdk(ErrTxInMempoolCache)) return;
    // A higher sequence: something took ours, and that may have been this transaction at another endpoint.
    if (isSdk(ErrWrongSequence) && (expectedSequence(log) ?? 0) > tx.sequence) return;
    if (isSdk(ErrInsufficientFee)) this.#feeFloor = requiredFee(log) ?? this.#feeFloor;
    this.#parts.account.setSequence(isSdk(ErrWrongSequence) ? expectedSequence(log) : undefined);
    await this.#parts.queue.cameBack(tx, "dropped", log);
  }
}

/** Failures by what they are of, in place of where they stand: deliveries first, then reports. */
function namedFailures({ deliveries, reports }: PendingTx, failures: ReadonlyMap<number, string>): Map<string, string> {
  const names = [...deliveries, ...reports.map(({ id, phase }) => reportName(id, phase))];
  return new Map([...failures].map(([index, log]) => [names[index] ?? "", log]));
}

/** The fee of a transaction, read back from its bytes. */
function feeOf({ copies }: PendingTx): bigint {
  const { authInfoBytes } = TxRaw.decode(fromHex(copies.at(-1)!.bytes.slice(2)));
  const { fee } = AuthInfo.decode(authInfoBytes);
  return (fee?.amount ?? []).reduce((sum, { amount }) => sum + BigInt(amount), 0n);
}

/** What a chain wants, by the text of its refusal (code 13 of the SDK); undefined when it does not say. */
function requiredFee(log: string): bigint | undefined {
  const digits = /required: ([0-9]{1,30})[a-zA-Z]/.exec(log)?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}
