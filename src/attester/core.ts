// The parts of an attester behind its servers, put together.

import type { Logger } from "pino";
import type { ChainConfig } from "../chains/chainConfig.ts";
import type { ChainReader } from "../chains/chainReader.ts";
import { openChainReader } from "../chains/openChainReader.ts";
import { type AttesterOptions, FAST_LIMITS, LIFETIME_BLOCKS, NO_FEES } from "./attesterOptions.ts";
import { ChainFollower, type FollowedChain } from "./chainFollower.ts";
import { type DestinationTerms, Expirations } from "./expirations.ts";
import { FaultBook } from "./faults.ts";
import type { FeeSchedule } from "./fees.ts";
import type { Journal } from "./journal.ts";
import { KeyKeeper } from "./keyKeeper.ts";
import type { KeyRing } from "./keyRing.ts";
import { Ledger } from "./ledger.ts";
import { allObservers, loggingObserver } from "./logging.ts";
import { AttesterMetrics } from "./metrics.ts";
import { tokenMessengersOf } from "./newRecord.ts";

/** After a failure the next try comes with the next poll, but not sooner. */
const RETRY_MS_MIN = 250;
/** A chain counts as taken back when it has been shorter for so many polls. */
const REWIND_POLLS = 20;

/** The parts. */
export interface Core {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly keys: KeyRing;
  readonly keeper: KeyKeeper;
  readonly fees: FeeSchedule;
  readonly faults: FaultBook;
  readonly expirations: Expirations;
  readonly readers: readonly ChainReader[];
  /** Not started. */
  readonly followers: readonly ChainFollower[];
  readonly metrics: AttesterMetrics;
  readonly logger: Logger;
  readonly nowMs: () => number;
}

/** Puts the parts together. Nothing is asked of a chain yet. Rejects with AttesterKeyError. */
export async function openCore(options: AttesterOptions, journal: Journal): Promise<Core> {
  const { chains, logger } = options;
  const nowMs = Date.now;
  const domains = chains.map(({ domain }) => domain);
  const keeper = new KeyKeeper(options.keys, journal);
  const metrics = new AttesterMetrics(new Set(domains));
  const observer = allObservers(loggingObserver(logger, nowMs), metrics.observer);
  const fees = options.fees ?? NO_FEES;
  const fast = { ...FAST_LIMITS, ...options.fast };
  const base = { journal, keys: keeper.ring, fees, faults: new FaultBook(), observer, nowMs };
  const ledger = await Ledger.open({ ...base, fast }, domains);
  metrics.readFrom(ledger, domains);
  const readers = chains.map((chain) =>
    openChainReader(chain, { onIncident: (incident) => observer.incident(chain.name, incident) }),
  );
  const expirations = new Expirations(destinationTerms(options, readers), nowMs);
  const parts = { ...base, ledger, expirations };
  const followers = chains.map((chain, index) => new ChainFollower(followed(chain, readers[index]!), parts));
  return { ...base, keeper, ledger, expirations, readers, followers, metrics, logger };
}

function followed(chain: ChainConfig, reader: ChainReader): FollowedChain {
  return {
    reader,
    messengers: tokenMessengersOf(chain),
    startHeight: chain.startHeight,
    retryMs: Math.max(chain.pollIntervalMs, RETRY_MS_MIN),
    rewindMs: REWIND_POLLS * chain.pollIntervalMs,
  };
}

/** Every chain that is watched is a destination whose height is known; others may be told by one of them. */
function destinationTerms(options: AttesterOptions, readers: readonly ChainReader[]): readonly DestinationTerms[] {
  const common = options.lifetimeBlocks ?? LIFETIME_BLOCKS;
  const special = options.destinations ?? [];
  const ownTerms = readers.map((reader) => ({ domain: reader.domain, lifetimeBlocks: common, reader }));
  const specialTerms = special.map(({ domain, lifetimeBlocks = common, heightOf = domain }) => ({
    domain,
    lifetimeBlocks,
    // There is one: checkChains has seen to it.
    reader: readers.find((reader) => reader.domain === heightOf)!,
  }));
  return [...ownTerms, ...specialTerms];
}
