// What an attester is started with, and what is taken when something is left out.

import type { Logger } from "pino";
import type { ChainConfig } from "../chains/chainConfig.ts";
import type { FeeSchedule } from "./fees.ts";
import type { KeySource } from "./keyKeeper.ts";
import type { FastLimits } from "./ledger.ts";
import type { ListenOptions } from "./listen.ts";
import type { RateLimitOptions } from "./rateLimit.ts";

/** What differs at a destination from the rule for all. */
export interface DestinationOptions {
  readonly domain: number;
  readonly lifetimeBlocks?: bigint | undefined;
  /** The chain whose height its contracts see, by domain: Ethereum's for Arbitrum. Its own when left out. */
  readonly heightOf?: number | undefined;
}

/** What an attester is started with. */
export interface AttesterOptions {
  /** Folder of the state. */
  readonly home: string;
  readonly chains: readonly ChainConfig[];
  readonly keys: KeySource;
  readonly http: ListenOptions;
  /** The controls, always on loopback; none when left out. */
  readonly admin?: { readonly port: number } | undefined;
  readonly metrics?: ListenOptions | undefined;
  /** Nothing is charged when left out. */
  readonly fees?: FeeSchedule | undefined;
  readonly fast?: Partial<FastLimits> | undefined;
  /** For so many blocks of its destination a fast attestation is good; 43,200 when left out. */
  readonly lifetimeBlocks?: bigint | undefined;
  readonly destinations?: readonly DestinationOptions[] | undefined;
  /** Nobody is shut out when left out. */
  readonly rateLimit?: RateLimitOptions | undefined;
  readonly logger: Logger;
}

/** A fast attestation is good for a day on chains with a block every two seconds. */
export const LIFETIME_BLOCKS = 43_200n;
/** A million USDC under way, and as much in one burn. */
export const FAST_LIMITS: FastLimits = { allowance: 1_000_000_000_000n, amountMax: 1_000_000_000_000n };
/** Nothing costs anything. */
export const NO_FEES: FeeSchedule = { routes: [], otherwise: { fast: 0n, standard: 0n } };

/** Configuration that does not fit together. */
export class AttesterConfigError extends Error {
  readonly code = "invalid_config";

  constructor(message: string) {
    super(message);
    this.name = "AttesterConfigError";
  }
}

/** Throws AttesterConfigError when chains and destinations do not fit together. */
export function checkChains({ chains, destinations = [] }: Pick<AttesterOptions, "chains" | "destinations">): void {
  const domains = new Set(chains.map(({ domain }) => domain));
  const names = new Set(chains.map(({ name }) => name));
  if (chains.length === 0) throw new AttesterConfigError("there are no chains to watch");
  if (domains.size < chains.length) throw new AttesterConfigError("two chains have one domain");
  if (names.size < chains.length) throw new AttesterConfigError("two chains have one name");
  for (const { domain, heightOf } of destinations) {
    if (!domains.has(heightOf ?? domain)) {
      throw new AttesterConfigError(`destination ${domain}: no chain of domain ${heightOf ?? domain} tells its height`);
    }
  }
}
