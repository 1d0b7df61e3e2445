// What the doctor can ask: chains, attestation services, a relayer. `openWorld.ts` opens the real ones.

import type { AttestationRule } from "../../cctp/attestation.ts";
import type { ChainConfig } from "../../chains/chainConfig.ts";
import type { ChainReader } from "../../chains/chainReader.ts";
import type { AttestationSource } from "../attestation/attestationSource.ts";
import type { FoundDelivery } from "../deliver/destination.ts";
import type { Hex, MessageRecord } from "../journal/record.ts";
import type { CreditFacts, SimulationFacts } from "./transferFacts.ts";

/** What a transaction that emitted no message did. */
export interface OtherTx {
  /** In a block, and the chain took it. */
  readonly state: "pending" | "failed" | "included";
  /** Attested messages that it was to deliver. */
  readonly delivered: readonly Hex[];
}

/** An attested message that is to be delivered. */
export interface Attempt {
  readonly cctpVersion: 1 | 2;
  readonly message: Hex;
  readonly attestation: Hex;
}

/** One chain, as far as the doctor asks it. Methods reject with DestinationError or ChainReadError when it is silent. */
export interface ChainProbe {
  /** Seconds from block to block lately; undefined on a chain with too few. */
  blockSeconds(): Promise<number | undefined>;
  /** Undefined when the chain does not know it at all. */
  tx(hash: string): Promise<OtherTx | undefined>;
  isUsed(record: MessageRecord): Promise<boolean>;
  findDelivery(record: MessageRecord): Promise<FoundDelivery | undefined>;
  attestationRule(cctpVersion: 1 | 2): Promise<AttestationRule>;
  /** Tries a delivery that costs nothing. `caller`: 20 bytes, or undefined for anybody. */
  simulate(attempt: Attempt, caller: Uint8Array | undefined): Promise<SimulationFacts>;
  /** An address as the chain writes it, from its 32 bytes. */
  addressText(bytes32: Uint8Array): string;
  /** A command by which the holder of a key delivers. */
  deliverCommand(attempt: Attempt): string;
  /** What became of a mint that a transaction made; undefined for what paid no order. */
  credit(attestedHash: Hex, txHash: string): Promise<CreditFacts | undefined>;
}

/** A chain of the configuration. */
export interface WorldChain {
  readonly config: ChainConfig;
  readonly reader: ChainReader;
  readonly probe: ChainProbe;
  /** Addresses of 20 bytes that a key is at hand for, here or at the relayer. */
  readonly ours: readonly Uint8Array[];
}

/** What a relayer's journal knows of a message, as its HTTP API tells it. */
export interface RelayerMessage {
  readonly source_domain: number;
  readonly destination_domain: number;
  readonly tx_hash: string;
  readonly message_hash: string;
  readonly log_index: number;
  readonly nonce: string | null;
  readonly state: string;
  readonly park_reason: string | null;
  readonly last_error: string | null;
  readonly attempts: readonly unknown[];
  readonly delivery: { readonly tx_hash: string | null; readonly height: string } | null;
}

/** A relayer that may run. Methods reject with RelayerSilentError when it does not. */
export interface RelayerApi {
  readonly url: string;
  /** Messages that a hash belongs to. */
  find(hash: string): Promise<readonly RelayerMessage[]>;
  /** Carries one source transaction on; undefined when no route of it begins there, or it has no such transaction. */
  relay(domain: number, txHash: string): Promise<readonly RelayerMessage[] | undefined>;
  /** Makes messages due at once. */
  retry(hash: string): Promise<void>;
  /** Its accounts by name of the chain. */
  wallets(): Promise<ReadonlyMap<string, string>>;
}

/** No relayer answers. */
export class RelayerSilentError extends Error {
  readonly code = "relayer_silent";
  readonly url: string;

  constructor(url: string, options?: ErrorOptions) {
    super(`no relayer answers at ${url}`, options);
    this.url = url;
  }
}

/** Everything that can be asked. */
export interface World {
  readonly chains: readonly WorldChain[];
  /** The service that attests from one domain to another; undefined where no route is configured. */
  service(sourceDomain: number, destinationDomain: number, cctpVersion: 1 | 2): WorldService | undefined;
  readonly relayer: RelayerApi | undefined;
  close(): Promise<void>;
}

/** An attestation service, which also tells whether it knew what it was asked for last. */
export interface WorldService extends AttestationSource {
  readonly wasKnown: boolean;
}
