// Delivers messages on an EVM chain: asks whether the nonce is used, simulates, and sends through the account's lane.

import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import type { AttestationRule } from "../../cctp/attestation.ts";
import { addressToBytes32, isZero } from "../../cctp/bytes32.ts";
import { MESSAGE_TRANSMITTER_ABI } from "../../cctp/evmAbi.ts";
import type { EvmChainConfig } from "../../chains/chainConfig.ts";
import { bytesEqual, fromHex } from "../../codec/bytes.ts";
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
import { type Hex, hexOf, type MessageRecord, type PendingTx } from "../journal/record.ts";
import type { MessageFacts } from "../messageFacts.ts";
import { readAttestationRule } from "./attestationRule.ts";
import { asked, createEvmClient, type EvmClient, revertReason } from "./evmClient.ts";
import { type EvmDelivery, EvmLane } from "./evmLane.ts";
import { findEvmDelivery } from "./findDelivery.ts";
import { receiveMessageCalldata, refusalOfRevert, usedNonceKey } from "./receiveMessage.ts";

/** How messages are delivered on an EVM chain. */
export interface EvmDeliveryOptions {
  readonly chain: EvmChainConfig;
  /** 32 bytes. */
  readonly privKey: Uint8Array;
  readonly inFlightMax: number;
  readonly confirmations: number;
  readonly stuckAfterMs: number;
  readonly maxFeePerGas: bigint | undefined;
  /** A message that needs more is not delivered: what it runs is not ours to pay for. */
  readonly gasLimitMax: bigint;
  /** Wei below which the wallet is called dry. */
  readonly balanceMin: bigint;
}

/** Gas over what the simulation used, in percent: state may change before the block. */
const GAS_MARGIN_PERCENT = 25n;
/** Blocks that a delivery may take: an attestation that lives no longer is not worth its gas. */
const EXPIRY_MARGIN_BLOCKS = 10n;
/** Arbitrum: its contracts see the height of Ethereum, which this chain's endpoints do not tell. */
const FOREIGN_HEIGHT_DOMAINS: ReadonlySet<number> = new Set([3]);

/** One EVM chain. */
export class EvmDestination implements Destination {
  readonly name: string;
  readonly domain: number;
  readonly #queue: DeliveryQueue;
  readonly #options: EvmDeliveryOptions;
  readonly #parts: DestinationParts;
  readonly #client: EvmClient;
  readonly #account: PrivateKeyAccount;
  readonly #lane: EvmLane;
  readonly #values: ChainValues;

  constructor(options: EvmDeliveryOptions, parts: DestinationParts) {
    const { chain } = options;
    this.name = chain.name;
    this.domain = chain.domain;
    this.#options = options;
    this.#parts = parts;
    this.#client = createEvmClient(chain.rpcUrls);
    this.#account = privateKeyToAccount(hexOf(options.privKey));
    this.#values = new ChainValues(parts.clock, {
      attestationRule: (version) => this.#readRule(version),
      balance: () => this.#ask(this.#client.getBalance({ address: this.#account.address })),
    });
    this.#queue = new DeliveryQueue({ ...parts, domain: chain.domain });
    this.#lane = new EvmLane(
      { ...options, chainId: chain.chainId },
      {
        ...parts,
        name: chain.name,
        domain: chain.domain,
        client: this.#client,
        account: this.#account,
        queue: this.#queue,
        isUsed: (id) => this.#isUsedById(id),
        overtaken: (id, settled) => this.#deliveredByOther(id, settled),
        paid: (wei, isUseful) => {
          this.#values.spent();
          parts.observer.paid(chain.name, wei, isUseful);
        },
      },
    );
  }

  #ask<T>(work: Promise<T>): Promise<T> {
    return asked(this.name, work);
  }

  #transmitter(cctpVersion: 1 | 2): Hex | undefined {
    const { v1, v2 } = this.#options.chain;
    return (cctpVersion === 1 ? v1 : v2)?.messageTransmitter;
  }

  #requireTransmitter(cctpVersion: 1 | 2): Hex {
    const address = this.#transmitter(cctpVersion);
    if (address !== undefined) return address;
    throw new DestinationError(this.name, "not_configured", `no contracts of CCTP V${cctpVersion} are configured`);
  }

  async verify(): Promise<void> {
    const { chainId } = this.#options.chain;
    const found = await this.#ask(this.#client.getChainId());
    if (found !== chainId)
      throw new DestinationError(this.name, "wrong_chain", `chain id ${found}, expected ${chainId}`);
    for (const version of [1, 2] as const) {
      const address = this.#transmitter(version);
      if (address === undefined) continue;
      const contract = { address, abi: MESSAGE_TRANSMITTER_ABI } as const;
      const domain = await this.#ask(this.#client.readContract({ ...contract, functionName: "localDomain" }));
      if (domain === this.domain) continue;
      throw new DestinationError(
        this.name,
        "wrong_chain",
        `${address} is of domain ${domain}, expected ${this.domain}`,
      );
    }
  }

  mayDeliver({ destinationCaller }: Pick<MessageFacts, "destinationCaller">): boolean {
    if (isZero(destinationCaller)) return true;
    return bytesEqual(destinationCaller, addressToBytes32(fromHex(this.#account.address.slice(2))));
  }

  burnRecipient(cctpVersion: 1 | 2): Uint8Array | undefined {
    const { v1, v2 } = this.#options.chain;
    const address = (cctpVersion === 1 ? v1 : v2)?.tokenMessenger;
    return address === undefined ? undefined : addressToBytes32(fromHex(address.slice(2)));
  }

  attestationRule(cctpVersion: 1 | 2, ageMaxMs: number): Promise<AttestationRule> {
    return this.#values.attestationRule(cctpVersion, ageMaxMs);
  }

  #readRule(cctpVersion: 1 | 2): Promise<AttestationRule> {
    return this.#ask(readAttestationRule(this.#client, this.#requireTransmitter(cctpVersion)));
  }

  async isExpiring(expirationBlock: bigint): Promise<boolean> {
    if (FOREIGN_HEIGHT_DOMAINS.has(this.domain)) return false;
    return expirationBlock <= (await this.#ask(this.#client.getBlockNumber())) + EXPIRY_MARGIN_BLOCKS;
  }

  async tick(): Promise<void> {
    await this.#values.balance();
    // With nothing to do nothing is asked.
    if (this.#queue.pending().length === 0 && this.#queue.due(1).length === 0) return;
    await this.#lane.settle();
    const due = this.#queue.due(this.#lane.room);
    const prepared = await Promise.all(due.map((record) => this.#prepare(record)));
    const deliveries = prepared.filter((delivery) => delivery !== undefined);
    if (deliveries.length > 0) await this.#send(deliveries);
  }

  async check(record: MessageRecord): Promise<DeliveryCheck> {
    const { attested, cctpVersion } = record;
    if (this.#transmitter(cctpVersion) === undefined) {
      return { kind: "refused", refusal: "unpaid", why: `no contracts of CCTP V${cctpVersion} are configured` };
    }
    if (await this.#isUsed(record)) return { kind: "used" };
    if (attested === undefined) return { kind: "refused", refusal: "attestation", why: "it has no attestation" };
    const expirationBlock = BigInt(attested.expirationBlock);
    if (expirationBlock !== 0n && (await this.isExpiring(expirationBlock))) {
      return { kind: "refused", refusal: "expired", why: `its attestation expires at height ${expirationBlock}` };
    }
    const used = await this.#estimateGas(record, attested);
    if (typeof used === "string") {
      return { kind: "refused", refusal: refusalOfRevert(used), why: `${this.name} refuses it: ${used}` };
    }
    const gas = used + (used * GAS_MARGIN_PERCENT) / 100n;
    const { gasLimitMax } = this.#options;
    if (gas <= gasLimitMax) return { kind: "ready", gas };
    return { kind: "refused", refusal: "unpaid", why: `it needs ${gas} gas, and at most ${gasLimitMax} are paid` };
  }

  /** The delivery of a due message; what cannot be delivered goes into the journal. */
  async #prepare(record: MessageRecord): Promise<EvmDelivery | undefined> {
    const check = await this.check(record);
    if (check.kind === "used") await this.#deliveredByOther(record.id, []);
    if (check.kind === "refused") await this.#queue.refuse(record.id, check.refusal, check.why);
    if (check.kind !== "ready" || record.attested === undefined) return undefined;
    const data = receiveMessageCalldata(record.attested.message, record.attested.attestation);
    return { record, call: { to: this.#requireTransmitter(record.cctpVersion), data, gas: check.gas } };
  }

  /** Simulates the delivery: the gas it uses, or why it is refused. */
  async #estimateGas(
    record: MessageRecord,
    attested: NonNullable<MessageRecord["attested"]>,
  ): Promise<bigint | string> {
    const call = this.#client.estimateContractGas({
      address: this.#requireTransmitter(record.cctpVersion),
      abi: MESSAGE_TRANSMITTER_ABI,
      functionName: "receiveMessage",
      args: [attested.message, attested.attestation],
      account: this.#account.address,
    });
    return this.#ask(
      call.catch((error: unknown) => {
        const reason = revertReason(error);
        if (reason === undefined) throw error;
        return reason;
      }),
    );
  }

  /** Sends what we can and want to pay for. */
  async #send(deliveries: readonly EvmDelivery[]): Promise<void> {
    const fees = await this.#lane.fees();
    const balance = await this.#values.balance();
    const paid: EvmDelivery[] = [];
    let left = balance;
    for (const delivery of deliveries) {
      const cost = delivery.call.gas * (fees?.maxFeePerGas ?? 0n);
      const why =
        fees === undefined ? "gas is dearer than maxFeeGwei allows" : `the wallet has ${left} wei, and needs ${cost}`;
      if (fees === undefined || left < cost) await this.#queue.refuse(delivery.record.id, "unpaid", why);
      else paid.push(delivery);
      left -= cost;
    }
    if (fees !== undefined) await this.#lane.send(paid, fees);
  }

  async #isUsedById(id: string): Promise<boolean> {
    const record = this.#parts.journal.get(id);
    return record === undefined ? false : this.#isUsed(record);
  }

  async #isUsed(record: MessageRecord): Promise<boolean> {
    const key = usedNonceKey(record);
    if (key === undefined) return false;
    const address = this.#requireTransmitter(record.cctpVersion);
    const read = this.#client.readContract({
      address,
      abi: MESSAGE_TRANSMITTER_ABI,
      functionName: "usedNonces",
      args: [key],
    });
    return (await this.#ask(read)) !== 0n;
  }

  async #deliveredByOther(id: string, settled: readonly PendingTx[]): Promise<void> {
    const record = this.#parts.journal.get(id);
    // Endpoints that do not look back so far must not hold it up: that it was delivered is known.
    const found = record === undefined ? undefined : await this.findDelivery(record).catch(() => undefined);
    const delivery = { txHash: found?.txHash, height: (found?.height ?? 0n).toString() };
    await this.#queue.deliveredByOther(id, delivery, settled);
  }

  findDelivery(record: MessageRecord): Promise<FoundDelivery | undefined> {
    const address = this.#requireTransmitter(record.cctpVersion);
    return this.#ask(findEvmDelivery(this.#client, { record, address, logRangeMax: this.#options.chain.logRangeMax }));
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
      address: this.#account.address,
      balance: this.#values.knownBalance,
      unit: "wei",
      balanceMin: this.#options.balanceMin,
      inFlight: this.#queue.pending().length,
    };
  }
}
