// The account's transactions on an EVM chain: their turns (nonces), their receipts, dearer copies of those that are stuck,
// and the turn of one that was overtaken. Each is in the journal before it is sent.

import { keccak256, parseTransaction, TransactionNotFoundError, TransactionReceiptNotFoundError } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import type { Clock } from "../clock.ts";
import { type DeliveryQueue, hashOf } from "../deliver/deliveryQueue.ts";
import type { Hex, MessageRecord, PendingTx, TxCopy } from "../journal/record.ts";
import { asked, type EvmClient, isKnownTxError } from "./evmClient.ts";
import { bumpedFees, type GasFees, gasFees } from "./fees.ts";

/** How an account sends. */
export interface EvmLaneOptions {
  readonly chainId: number;
  readonly inFlightMax: number;
  /** Blocks that must hold a receipt, its own included. */
  readonly confirmations: number;
  /** After so long without a block a dearer copy is sent. */
  readonly stuckAfterMs: number;
  /** Most that is paid for a unit of gas, in wei. */
  readonly maxFeePerGas: bigint | undefined;
}

/** What a lane is made with. */
export interface EvmLaneParts {
  readonly name: string;
  readonly domain: number;
  readonly client: EvmClient;
  readonly account: PrivateKeyAccount;
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
  /** Whether a message's nonce is used by now. */
  readonly isUsed: (id: string) => Promise<boolean>;
  /** Somebody else delivered a message: records that, and that a transaction is settled. */
  readonly overtaken: (id: string, settled: readonly PendingTx[]) => Promise<void>;
  /** Wei that a transaction cost, and whether it delivered something. */
  readonly paid: (wei: bigint, isUseful: boolean) => void;
}

/** A call to send. */
export interface EvmCall {
  readonly to: Hex;
  readonly data: Hex;
  readonly gas: bigint;
}

/** A message to deliver, and the call that does it. */
export interface EvmDelivery {
  readonly record: MessageRecord;
  readonly call: EvmCall;
}

/** Copies that one transaction gets; the last is then sent again as it is. */
const COPIES_MAX = 16;
const TRANSFER_GAS = 21_000n;

type Receipt = Awaited<ReturnType<EvmClient["getTransactionReceipt"]>>;

/** Sends for one account. Steps must not overlap. */
export class EvmLane {
  readonly #parts: EvmLaneParts;
  readonly #options: EvmLaneOptions;
  /** Transactions in blocks, by the chain's count. */
  #count = 0;
  /** Hashes that a node took from this process. */
  readonly #taken = new Set<string>();
  /** Since when a transaction whose turn is over has no receipt, by sequence. */
  readonly #missingSinceMs = new Map<number, number>();

  constructor(options: EvmLaneOptions, parts: EvmLaneParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Forgets what is not in the journal. */
  reset(): void {
    this.#taken.clear();
    this.#missingSinceMs.clear();
  }

  /** How many more may be sent now. */
  get room(): number {
    return Math.max(0, this.#options.inFlightMax - this.#parts.queue.pending().length);
  }

  /** What gas costs now; undefined when it is dearer than allowed. Rejects with DestinationError. */
  async fees(): Promise<GasFees | undefined> {
    const { client } = this.#parts;
    const block = await this.#ask(client.getBlock());
    const tip = await this.#ask(client.estimateMaxPriorityFeePerGas());
    return gasFees({ baseFeePerGas: block.baseFeePerGas ?? 0n, tip }, this.#options.maxFeePerGas);
  }

  #ask<T>(work: Promise<T>): Promise<T> {
    return asked(this.#parts.name, work);
  }

  /** Looks after everything that is on its way. Rejects with DestinationError. */
  async settle(): Promise<void> {
    const { client, account, queue } = this.#parts;
    const [count, height] = await Promise.all([
      this.#ask(client.getTransactionCount({ address: account.address })),
      this.#ask(client.getBlockNumber()),
    ]);
    this.#count = count;
    const failures: unknown[] = [];
    await queue.dropForeign(account.address);
    for (const tx of queue.pending()) {
      const settling = tx.sequence < count ? this.#conclude(tx, height) : this.#nurse(tx);
      await settling.catch((error: unknown) => failures.push(error));
    }
    // One that a node refuses must not hold up the others.
    if (failures.length > 0) throw failures[0];
    await this.#closeGap();
  }

  async #receiptOf(tx: PendingTx): Promise<{ receipt: Receipt; copy: TxCopy } | undefined> {
    for (const copy of tx.copies.toReversed()) {
      const receipt = await this.#orNone(
        // Hashes of EVM transactions are hex.
        this.#parts.client.getTransactionReceipt({ hash: copy.hash as Hex }),
        TransactionReceiptNotFoundError,
      );
      if (receipt !== undefined) return { receipt, copy };
    }
    return undefined;
  }

  #orNone<T>(work: Promise<T>, none: new (...args: never[]) => Error): Promise<T | undefined> {
    return this.#ask(
      work.catch((error: unknown) => {
        if (error instanceof none) return undefined;
        throw error;
      }),
    );
  }

  /** One whose turn is over: the receipt decides. */
  async #conclude(tx: PendingTx, height: bigint): Promise<void> {
    const found = await this.#receiptOf(tx);
    if (found === undefined) return this.#missing(tx);
    this.#missingSinceMs.delete(tx.sequence);
    const { receipt, copy } = found;
    if (receipt.blockNumber + BigInt(this.#options.confirmations) - 1n > height) return;
    const isUseful = copy.isDelivery && receipt.status === "success";
    this.#parts.paid(receipt.gasUsed * receipt.effectiveGasPrice, isUseful);
    if (isUseful) return this.#parts.queue.delivered(tx, { txHash: copy.hash, height: receipt.blockNumber });
    const [id] = tx.deliveries;
    if (id !== undefined && (await this.#parts.isUsed(id))) return this.#parts.overtaken(id, [tx]);
    const why = copy.isDelivery ? `transaction ${copy.hash} failed` : "its transaction was cancelled";
    return this.#parts.queue.cameBack(tx, "failed", why);
  }

  /** Its turn is over and there is no receipt: an endpoint that lags, or another transaction of the account. */
  async #missing(tx: PendingTx): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    const sinceMs = this.#missingSinceMs.get(tx.sequence) ?? nowMs;
    this.#missingSinceMs.set(tx.sequence, sinceMs);
    if (nowMs - sinceMs < this.#options.stuckAfterMs) return;
    this.#missingSinceMs.delete(tx.sequence);
    await this.#parts.queue.cameBack(tx, "dropped", "another transaction of the account took its turn");
  }

  /** One that is in no block yet. */
  async #nurse(tx: PendingTx): Promise<void> {
    const [id] = tx.deliveries;
    const isCancelled = tx.copies.at(-1)?.isDelivery === false;
    if (id !== undefined && !isCancelled && (await this.#parts.isUsed(id))) return this.#yield(tx, id);
    // A node that does not take it may want a better offer too.
    const isStuck = this.#parts.clock.nowMs() - tx.sentAtMs >= this.#options.stuckAfterMs;
    if (isStuck) await this.#bump(tx, callOf(tx));
    else if (!this.#taken.has(hashOf(tx))) await this.#broadcast(tx);
  }

  /** Somebody was faster: a transfer of nothing to ourselves costs less than a call that fails. */
  async #yield(tx: PendingTx, id: string): Promise<void> {
    // Or it was ourselves, a moment ago.
    if ((await this.#receiptOf(tx)) !== undefined) return;
    const isLast = this.#parts.queue.pending().at(-1)?.sequence === tx.sequence;
    if (isLast && (await this.#isUnknown(tx))) return this.#parts.overtaken(id, [tx]);
    await this.#bump(tx, this.#transfer());
  }

  /** Whether no copy ever reached a node. */
  async #isUnknown(tx: PendingTx): Promise<boolean> {
    for (const { hash } of tx.copies) {
      const found = this.#parts.client.getTransaction({ hash: hash as Hex });
      if ((await this.#orNone(found, TransactionNotFoundError)) !== undefined) return false;
    }
    return true;
  }

  #transfer(): EvmCall {
    return { to: this.#parts.account.address, data: "0x", gas: TRANSFER_GAS };
  }

  /** Sends a dearer copy; the last one again when it would be too dear. */
  async #bump(tx: PendingTx, call: EvmCall): Promise<void> {
    const market = tx.copies.length < COPIES_MAX ? await this.fees() : undefined;
    const last = feesOf(tx.copies.at(-1)!);
    const fees = market === undefined ? undefined : bumpedFees(last, market, this.#options.maxFeePerGas);
    if (fees === undefined) return this.#broadcast(tx);
    const copy = await this.#sign(tx.sequence, call, fees);
    const next: PendingTx = { ...tx, copies: [...tx.copies, copy], sentAtMs: this.#parts.clock.nowMs() };
    await this.#parts.queue.resubmit(next);
    await this.#broadcast(next);
  }

  async #sign(sequence: number, call: EvmCall, fees: GasFees): Promise<TxCopy> {
    const { account } = this.#parts;
    const { chainId } = this.#options;
    const bytes = await account.signTransaction({ type: "eip1559", chainId, nonce: sequence, ...call, ...fees });
    return { hash: keccak256(bytes), bytes, isDelivery: call.data !== "0x" };
  }

  /** Sends the newest copy. A node that has it, or another of its turn, leaves the rest to `settle`. */
  async #broadcast(tx: PendingTx): Promise<void> {
    const copy = tx.copies.at(-1)!;
    try {
      await this.#parts.client.sendRawTransaction({ serializedTransaction: copy.bytes });
    } catch (error) {
      if (!isKnownTxError(error)) return this.#ask(Promise.reject(error));
    }
    this.#taken.add(copy.hash);
  }

  /** The first turn that nothing has. */
  #freeSequence(): number {
    const used = new Set(this.#parts.queue.pending().map(({ sequence }) => sequence));
    let sequence = this.#count;
    while (used.has(sequence)) sequence++;
    return sequence;
  }

  /** After a reorganisation a turn may be free below others: they would wait for it for ever. */
  async #closeGap(): Promise<void> {
    const free = this.#freeSequence();
    const isGap = this.#parts.queue.pending().some(({ sequence }) => sequence > free);
    const fees = isGap ? await this.fees() : undefined;
    if (fees === undefined) return;
    const copy = await this.#sign(free, this.#transfer(), fees);
    const tx = this.#pendingTx(free, [], copy);
    await this.#parts.queue.submit(tx, []);
    await this.#broadcast(tx);
  }

  #pendingTx(sequence: number, deliveries: readonly string[], copy: TxCopy): PendingTx {
    const sentAtMs = this.#parts.clock.nowMs();
    const { domain } = this.#parts;
    const account = this.#parts.account.address;
    return { domain, account, sequence, deliveries, reports: [], copies: [copy], sentAtMs, timeoutHeight: "0" };
  }

  /**
   * Sends deliveries of messages that were checked just now. All are in the journal before the first is sent. Rejects with
   * DestinationError when one could not be sent; `settle` sends it again.
   */
  async send(deliveries: readonly EvmDelivery[], fees: GasFees): Promise<void> {
    const submitted: Promise<PendingTx | undefined>[] = [];
    for (const { record, call } of deliveries) {
      // A message that changed meanwhile takes no turn, and so leaves no gap.
      const sequence = this.#freeSequence();
      const tx = this.#pendingTx(sequence, [record.id], await this.#sign(sequence, call, fees));
      submitted.push(this.#parts.queue.submit(tx, [record]).then((isSubmitted) => (isSubmitted ? tx : undefined)));
    }
    const txs = (await Promise.all(submitted)).filter((tx) => tx !== undefined);
    await Promise.all(txs.map((tx) => this.#broadcast(tx)));
  }
}

/** What a copy offers, read back from its bytes. */
function feesOf({ bytes }: TxCopy): GasFees {
  const { maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parseTransaction(bytes);
  return { maxFeePerGas, maxPriorityFeePerGas };
}

/** The call of the newest copy, read back from its bytes. */
function callOf({ copies }: PendingTx): EvmCall {
  const { to, data, gas } = parseTransaction(copies.at(-1)!.bytes);
  if (to === undefined || to === null || gas === undefined)
    throw new Error("the journal holds a transaction without a call");
  return { to, data: data ?? "0x", gas };
}
