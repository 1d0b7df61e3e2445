// Delivers messages on a Cosmos chain: asks whether nonces are used, simulates them together, and sends what would pass in
// one transaction. Reports of refunds travel with them.

import { cctpModuleBytes32 } from "../../cctp/addresses.ts";
import type { AttestationRule } from "../../cctp/attestation.ts";
import { addressToBytes32, bytes32ToAddress, isZero } from "../../cctp/bytes32.ts";
import type { CosmosChainConfig } from "../../chains/chainConfig.ts";
import { bytesEqual } from "../../codec/bytes.ts";
import { parseDecCoins } from "../../codec/coins.ts";
import { ChainValues } from "../deliver/chainValues.ts";
import { DeliveryQueue } from "../deliver/deliveryQueue.ts";
import {
  type DeliveryCheck,
  type Destination,
  DestinationError,
  type DestinationParts,
  type FoundDelivery,
  type WalletStatus,
} from "../deliver/destination.ts";
import type { MessageRecord } from "../journal/record.ts";
import type { MessageFacts } from "../messageFacts.ts";
import { type BatchItem, planBatch, type Simulation } from "./batch.ts";
import { CosmosAccount } from "./cosmosAccount.ts";
import { CosmosLane } from "./cosmosLane.ts";
import { CosmosRpc, QueryRefusedError } from "./cosmosRpc.ts";
import { CosmosState } from "./cosmosState.ts";
import { isOptionRefused } from "./independent.ts";
import { type EncodedMsg, receiveMessageMsg } from "./receiveMessage.ts";

/** How messages are delivered on a Cosmos chain. */
export interface CosmosDeliveryOptions {
  readonly chain: CosmosChainConfig;
  /** 32 bytes. */
  readonly privKey: Uint8Array;
  /** Messages in one transaction. */
  readonly batchMax: number;
  readonly timeoutBlocks: number;
  readonly stuckAfterMs: number;
  /** Micro-units below which the wallet is called dry. */
  readonly balanceMin: bigint;
}

/** Other messages of our account that this chain is to be sent: reports of refunds. */
export interface ItemSource {
  /** Items to send now. Rejects with DestinationError. */
  due(limit: number): Promise<readonly BatchItem[]>;
  /** The chain would not take one. */
  refused(item: BatchItem, log: string): void;
}

/** Blocks that a delivery may take: an attestation that lives no longer is not worth its fee. */
const EXPIRY_MARGIN_BLOCKS = 10n;

/** One Cosmos chain. */
export class CosmosDestination implements Destination {
  readonly name: string;
  readonly domain: number;
  readonly rpc: CosmosRpc;
  readonly account: CosmosAccount;
  readonly #options: CosmosDeliveryOptions;
  readonly #parts: DestinationParts;
  readonly #state: CosmosState;
  readonly #queue: DeliveryQueue;
  readonly #lane: CosmosLane;
  readonly #values: ChainValues;
  /** Whether the chain knows independent messages; shows when the first are simulated. */
  #isIndependent = true;
  #items: ItemSource | undefined;

  constructor(options: CosmosDeliveryOptions, parts: DestinationParts) {
    const { chain } = options;
    this.name = chain.name;
    this.domain = chain.domain;
    this.#options = options;
    this.#parts = parts;
    this.rpc = new CosmosRpc(chain.name, chain.rpcUrls);
    this.#state = new CosmosState(this.rpc);
    this.account = new CosmosAccount(chain, options.privKey, this.rpc);
    this.#values = new ChainValues(parts.clock, {
      attestationRule: (version) => this.#state.attestationRule(version),
      balance: () => this.#state.balance(this.account.address, this.#feeDenom()),
    });
    this.#queue = new DeliveryQueue({ ...parts, domain: chain.domain });
    this.#lane = new CosmosLane(
      { ...options, gasPrice: chain.gasPrice },
      {
        ...parts,
        domain: chain.domain,
        rpc: this.rpc,
        state: this.#state,
        account: this.account,
        queue: this.#queue,
        isUsed: (id) => this.#isUsedById(id),
        paid: (amount, isUseful) => {
          this.#values.spent();
          parts.observer.paid(chain.name, amount, isUseful);
        },
      },
    );
  }

  /** Lets other messages travel with the deliveries. */
  setItemSource(items: ItemSource): void {
    this.#items = items;
  }

  async verify(): Promise<void> {
    const { chainId } = this.#options.chain;
    const { nodeInfo } = await this.rpc.call((client) => client.status());
    if (nodeInfo.network !== chainId) throw this.#wrongChain(`chain id ${nodeInfo.network}, expected ${chainId}`);
    const domain = await this.#state.localDomain();
    if (domain !== this.domain) throw this.#wrongChain(`domain ${domain}, expected ${this.domain}`);
  }

  #wrongChain(message: string): DestinationError {
    return new DestinationError(this.name, "wrong_chain", message);
  }

  mayDeliver({ cctpVersion, destinationCaller }: Pick<MessageFacts, "cctpVersion" | "destinationCaller">): boolean {
    if (isZero(destinationCaller)) return true;
    const { addressBytes } = this.account;
    // V1 looks at the low 20 bytes only, V2 at all of them.
    if (cctpVersion === 1) return bytesEqual(bytes32ToAddress(destinationCaller), addressBytes);
    return bytesEqual(destinationCaller, addressToBytes32(addressBytes));
  }

  burnRecipient(cctpVersion: 1 | 2): Uint8Array | undefined {
    return cctpVersion === 1 || this.#options.chain.hasV2 ? cctpModuleBytes32() : undefined;
  }

  attestationRule(cctpVersion: 1 | 2, ageMaxMs: number): Promise<AttestationRule> {
    return this.#values.attestationRule(cctpVersion, ageMaxMs);
  }

  async isExpiring(expirationBlock: bigint): Promise<boolean> {
    const { lastBlockHeight = 0 } = await this.rpc.call((client) => client.abciInfo());
    return expirationBlock <= BigInt(lastBlockHeight) + EXPIRY_MARGIN_BLOCKS;
  }

  async tick(): Promise<void> {
    await this.#values.balance();
    if (!(await this.#lane.settle())) return;
    const checked = await this.#checkedDeliveries();
    const room = this.#options.batchMax - checked.length;
    const others = room > 0 ? ((await this.#items?.due(room)) ?? []) : [];
    const items = [...checked.map((record) => this.#itemOf(record)), ...others];
    if (items.length > 0) await this.#sendBatch(items, checked);
  }

  /** The message that delivers. */
  #itemOf({ id, cctpVersion, attested }: MessageRecord): BatchItem {
    if (attested === undefined) throw new Error(`${id} is not attested`);
    return { id, phase: undefined, msg: receiveMessageMsg(cctpVersion, this.account.address, attested) };
  }

  /** Due messages that are not delivered and will not expire at once. */
  async #checkedDeliveries(): Promise<MessageRecord[]> {
    const due = this.#queue.due(this.#options.batchMax);
    const isWorth = await Promise.all(due.map((record) => this.#isWorthTrying(record)));
    return due.filter((_, index) => isWorth[index] === true);
  }

  /** Whether a due message is worth a simulation; what is not goes into the journal. */
  async #isWorthTrying(record: MessageRecord): Promise<boolean> {
    const check = await this.#precheck(record);
    if (check === undefined) return true;
    if (check.kind === "refused") await this.#queue.refuse(record.id, check.refusal, check.why);
    else await this.#deliveredByOther(record);
    return false;
  }

  /** What is known before a simulation; undefined when that has to say. */
  async #precheck(record: MessageRecord): Promise<Exclude<DeliveryCheck, { kind: "ready" }> | undefined> {
    if (await this.#state.isUsed(record)) return { kind: "used" };
    if (record.attested === undefined) return { kind: "refused", refusal: "attestation", why: "it has no attestation" };
    const expirationBlock = BigInt(record.attested.expirationBlock);
    if (expirationBlock === 0n || !(await this.isExpiring(expirationBlock))) return undefined;
    return { kind: "refused", refusal: "expired", why: `its attestation expires at height ${expirationBlock}` };
  }

  async check(record: MessageRecord): Promise<DeliveryCheck> {
    const known = await this.#precheck(record);
    if (known !== undefined) return known;
    const plan = await planBatch([this.#itemOf(record)], (messages) => this.#simulate(messages));
    if (plan.kind === "sequence") return { kind: "refused", refusal: "unpaid", why: "the account's sequence moves" };
    const [refused] = plan.refused;
    if (refused === undefined) return { kind: "ready", gas: plan.gas };
    return { kind: "refused", refusal: refused.refusal, why: `${this.name} refuses it: ${refused.log}` };
  }

  async #deliveredByOther(record: MessageRecord): Promise<void> {
    // Nodes without an index must not hold it up: that it was delivered is known.
    const found = await this.findDelivery(record).catch(() => undefined);
    const delivery = { txHash: found?.txHash, height: (found?.height ?? 0n).toString() };
    await this.#queue.deliveredByOther(record.id, delivery);
  }

  async #sendBatch(items: readonly BatchItem[], checked: readonly MessageRecord[]): Promise<void> {
    const plan = await planBatch(items, (messages) => this.#simulate(messages));
    if (plan.kind === "sequence") {
      this.account.setSequence(plan.expected);
      return;
    }
    for (const { item, refusal, log } of plan.refused) {
      if (item.phase !== undefined) this.#items?.refused(item, log);
      else await this.#queue.refuse(item.id, refusal, `${this.name} refuses it: ${log}`);
    }
    if (plan.items.length === 0) return;
    const ids = new Set(plan.items.map(({ id, phase }) => (phase === undefined ? id : undefined)));
    await this.#lane.send(
      plan.items,
      checked.filter(({ id }) => ids.has(id)),
      { gas: plan.gas, isIndependent: this.#isIndependent },
    );
  }

  /** Simulates, as messages that fail each on their own if the chain knows that. */
  async #simulate(messages: readonly EncodedMsg[]): Promise<Simulation> {
    try {
      return await this.#state.simulate(await this.account.unsigned(messages, this.#isIndependent));
    } catch (error) {
      const isOption = error instanceof QueryRefusedError && isOptionRefused(error.message);
      if (!this.#isIndependent || !isOption) throw error;
      this.#isIndependent = false;
      return this.#simulate(messages);
    }
  }

  #feeDenom(): string {
    return parseDecCoins(this.#options.chain.gasPrice)[0]?.denom ?? this.#options.chain.denom;
  }

  async #isUsedById(id: string): Promise<boolean> {
    const record = this.#parts.journal.get(id);
    return record === undefined ? false : this.#state.isUsed(record);
  }

  findDelivery(record: MessageRecord): Promise<FoundDelivery | undefined> {
    return this.#state.findDelivery(record);
  }

  hurry(id: string): void {
    this.#queue.hurry(id);
  }

  reset(): void {
    this.#lane.reset();
    this.#queue.reset();
    this.#values.forget();
  }

  wallet(): WalletStatus {
    return {
      address: this.account.address,
      balance: this.#values.knownBalance,
      unit: this.#feeDenom(),
      balanceMin: this.#options.balanceMin,
      inFlight: this.#queue.pending().length,
    };
  }
}
