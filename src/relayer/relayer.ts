// A relayer as a library: `startRelayer` puts the parts together, checks the chains, and lets them run.

import { type Logger, pino } from "pino";
import type { ChainConfig } from "../chains/chainConfig.ts";
import type { ChainReader } from "../chains/chainReader.ts";
import type { ChainReaderOptions } from "../chains/endpoints.ts";
import { openChainReader } from "../chains/openChainReader.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import type { RelayerConfig } from "./config/relayerConfig.ts";
import { createApi } from "./http/api.ts";
import { apiBackend } from "./http/backend.ts";
import { Journal, type JournalChange } from "./journal/journal.ts";
import type { MessageRecord } from "./journal/record.ts";
import { RelayerCore } from "./relayerCore.ts";
import { Snapshots } from "./snapshots.ts";

/** What a relayer is started with, besides its configuration. */
export interface RelayerParts {
  /** Private keys (32 bytes) by name of the chain that they pay on: one for each wallet of the configuration. */
  readonly privKeys: ReadonlyMap<string, Uint8Array>;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Opens a source chain; tests give others. */
  readonly openReader?: (chain: ChainConfig, options: ChainReaderOptions) => ChainReader;
  /** Hears of each change of the journal when it is on the disk, before anything follows from it. Tests die in it. */
  readonly onDurable?: (change: JournalChange) => void;
}

/** A relayer that runs. */
export interface RunningRelayer {
  /** `http://127.0.0.1:4601`; undefined without an HTTP API. */
  readonly httpUrl: string | undefined;
  /** Resolves with the reason when it stops by itself: the journal failed, or a chain is not what the configuration says. */
  readonly failed: Promise<Error>;
  /** How many messages are on their way: neither done nor parked. */
  readonly openCount: number;
  /** Our addresses by name of the chain. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Every message that a hash belongs to: of the burn, the message, its attested form, or a delivery. */
  find(hash: string): Promise<readonly MessageRecord[]>;
  /** Relays one source transaction, whatever the filters say. Undefined when the chain has no such transaction in a block. */
  relayTx(domain: number, txHash: string): Promise<readonly MessageRecord[] | undefined>;
  /** Ends all steps that run, and starts none until `resume`. */
  pause(): Promise<void>;
  resume(): void;
  /** Remembers the journal as it is. In memory; snapshots end with the process. */
  snapshot(): Promise<string>;
  /** Takes the journal back. As in Anvil, a snapshot serves once, and later ones are gone. Rejects when there is none. */
  revert(id: string): Promise<void>;
  /** Keys and values of the journal, which opens again wherever they are put into a database. Pause first. */
  journalEntries(): AsyncIterable<[Uint8Array, Uint8Array]>;
  /** Ends all steps, and closes everything. */
  close(): Promise<void>;
}

/**
 * Starts a relayer. Rejects, with everything closed, when the journal cannot be opened, the port is taken, or a chain is
 * another than the configuration says; chains that do not answer are tried again.
 */
export async function startRelayer(config: RelayerConfig, parts: RelayerParts): Promise<RunningRelayer> {
  const journal = await Journal.open(config.journal, parts.onDurable);
  const core = new RelayerCore(config, {
    privKeys: parts.privKeys,
    clock: parts.clock ?? SYSTEM_CLOCK,
    logger: parts.logger ?? pino({ level: "silent" }),
    openReader: parts.openReader ?? openChainReader,
    journal,
  });
  const api = config.http === undefined ? undefined : createApi(apiBackend(core));
  const close = async () => {
    await api?.close();
    await core.close();
  };
  try {
    await core.verify();
    const httpUrl = config.http === undefined ? undefined : await api?.listen(config.http);
    core.start();
    return runningRelayer(core, { httpUrl, close });
  } catch (error) {
    await close();
    throw error;
  }
}

function runningRelayer(
  core: RelayerCore,
  { httpUrl, close }: { readonly httpUrl: string | undefined; readonly close: () => Promise<void> },
): RunningRelayer {
  const snapshots = new Snapshots(core);
  return {
    httpUrl,
    failed: core.failed,
    addresses: core.addresses,
    get openCount() {
      return core.openCount;
    },
    find: (hash) => core.journal.byHash(hash),
    relayTx: (domain, txHash) => core.relayTx(domain, txHash),
    pause: () => core.pause(),
    resume: () => core.resume(),
    snapshot: () => snapshots.take(),
    revert: (id) => snapshots.revert(id),
    journalEntries: () => core.journal.entries(),
    close,
  };
}
