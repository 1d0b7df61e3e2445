// What a relayer is told: chains, who pays on them, attestation services, routes. `parseRelayerConfig.ts` reads it.

import type { ChainConfig } from "../../chains/chainConfig.ts";
import type { Backoff } from "../backoff.ts";
import type { RouteFilter } from "../routes.ts";

/** Where a private key is: never in the file itself. */
export type KeySource =
  /** An environment variable that holds 64 hex digits. */
  | { readonly kind: "env"; readonly name: string }
  /** A key of the command line's keyring. */
  | { readonly kind: "keyring"; readonly name: string };

/** The account that pays on a chain, and how it sends. */
export interface WalletConfig {
  /** Name of the chain. */
  readonly chain: string;
  readonly key: KeySource;
  /** Smallest units (wei, uusdc) below which it is called dry. */
  readonly balanceMin: bigint;
  /** After so long without a block a transaction is sent again, on EVM chains dearer. */
  readonly stuckAfterMs: number;
  /** EVM: transactions on their way at once. */
  readonly inFlightMax: number;
  /** EVM: blocks that must hold a receipt, its own included. */
  readonly confirmations: number;
  /** EVM: most that is paid for a unit of gas, in wei; undefined is no limit. */
  readonly maxFeePerGas: bigint | undefined;
  /** EVM: gas that one delivery may need. */
  readonly gasLimitMax: bigint;
  /** Cosmos: messages in one transaction. */
  readonly batchMax: number;
  /** Cosmos: blocks after which a transaction that is in none can come into none. */
  readonly timeoutBlocks: number;
}

/** An attestation service. */
export interface AttestationServiceConfig {
  readonly name: string;
  /** Without a slash at the end. */
  readonly url: string;
  readonly requestsPerSecond: number;
  /** How long nothing is asked after "too many requests". */
  readonly blockedMs: number;
  /** Pauses between questions about one message. */
  readonly backoff: Backoff;
}

/** A route between two chains, by their names. */
export interface RouteConfig {
  readonly from: string;
  readonly to: string;
  readonly versions: readonly (1 | 2)[];
  /** Name of the attestation service. */
  readonly attestation: string;
  readonly filter: RouteFilter;
}

/** Everything a relayer is told, but for the keys themselves. */
export interface RelayerConfig {
  /** Folder of the journal. */
  readonly journal: string;
  /** Finished messages are forgotten after so long. */
  readonly retentionMs: number;
  /** How often deliveries are looked after. */
  readonly intervalMs: number;
  /** A spare: others may deliver first for so long after a message is attested. */
  readonly delayMs: number;
  /** Pauses after a destination refused a message. */
  readonly refusedBackoff: Backoff;
  /** A chain whose height stands still for so long is bad health; 0 for chains that make no empty blocks. */
  readonly stallAfterMs: number;
  /** Undefined: no HTTP API. */
  readonly http: { readonly host: string; readonly port: number } | undefined;
  readonly chains: readonly ChainConfig[];
  readonly wallets: readonly WalletConfig[];
  readonly attestation: readonly AttestationServiceConfig[];
  readonly routes: readonly RouteConfig[];
}
