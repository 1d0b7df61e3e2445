// Delivers the messages of one source transaction without a running relayer: a relayer of its own for as long as that
// takes, with a journal that is thrown away, and filters that take nothing but what it is told by hand. Whoever delivers
// meanwhile is no harm: a nonce is used once.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RelayerConfig } from "../config/relayerConfig.ts";
import type { MessageRecord } from "../journal/record.ts";
import { startRelayer } from "../relayer.ts";

/** What is to be delivered, and by whom. */
export interface RelayOnce {
  readonly domain: number;
  readonly txHash: string;
  /** Private keys (32 bytes) by name of the chain. */
  readonly privKeys: ReadonlyMap<string, Uint8Array>;
  readonly timeoutMs: number;
}

const POLL_MS = 100;

/**
 * Carries the messages of a transaction until each is done, parked or refused, or the time is over; returns them as they
 * are then. Undefined when no route with a key begins there, or the chain has no such transaction.
 */
export async function relayOnce(
  config: RelayerConfig,
  { domain, txHash, privKeys, timeoutMs }: RelayOnce,
): Promise<readonly MessageRecord[] | undefined> {
  const from = config.chains.find((chain) => chain.domain === domain)?.name;
  const routes = config.routes.filter((route) => route.from === from && privKeys.has(route.to));
  if (routes.length === 0) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "stateset-resume-"));
  const once: RelayerConfig = {
    ...config,
    journal: join(folder, "journal"),
    http: undefined,
    delayMs: 0,
    // Nothing older is read, and nothing newer is carried.
    chains: config.chains.map((chain) => ({ ...chain, startHeight: undefined })),
    wallets: config.wallets.filter(({ chain }) => privKeys.has(chain)),
    routes: routes.map((route) => ({ ...route, filter: { ...route.filter, mintRecipients: new Set<string>() } })),
  };
  const relayer = await startRelayer(once, { privKeys });
  try {
    let records = await relayer.relayTx(domain, txHash);
    const deadlineMs = Date.now() + timeoutMs;
    while (records !== undefined && !records.every(isSettled) && Date.now() < deadlineMs) {
      await sleep(POLL_MS);
      records = await relayer.find(txHash);
    }
    return records;
  } finally {
    await relayer.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether waiting longer would change nothing soon: it is over, refused, and a refund's arrival was reported. */
function isSettled({ state, refusedSinceMs, refund }: MessageRecord): boolean {
  if (state === "done") return refund === undefined || refund.reported === "completed";
  return state === "parked" || refusedSinceMs !== undefined;
}
