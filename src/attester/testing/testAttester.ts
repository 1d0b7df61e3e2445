// An attester of a test: two anvils, derived keys, a folder that goes away with it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { TestEvm } from "../../chains/testing/testEvm.ts";
import { type RunningAttester, startAttester } from "../attester.ts";
import type { AttesterOptions } from "../attesterOptions.ts";
import { rateOfBps } from "../fees.ts";
import { deriveKeys } from "../keyRing.ts";

/** Keys of every test: one of one for V1, two of three for V2. */
export const TEST_KEYS = {
  v1: deriveKeys("attester of a test", { version: 1, count: 1, threshold: 1 }),
  v2: deriveKeys("attester of a test", { version: 2, count: 3, threshold: 2 }),
  rotationSeed: "attester of a test",
};

/** One basis point for fast transfers, nothing for standard ones. */
export const TEST_FEES = { routes: [], otherwise: { fast: rateOfBps(1), standard: 0n } };

/** An attester, and what a test does with it. */
export interface TestAttester {
  readonly running: RunningAttester;
  readonly home: string;
  /** Log lines so far. */
  readonly logs: readonly Readonly<Record<string, unknown>>[];
  /** Status and JSON (or text) of an answer of the API. */
  get(path: string): Promise<{ readonly status: number; readonly body: unknown }>;
  /** The same of the controls. */
  admin(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Asks again until the answer is as wanted; fails after ten seconds with the last one. */
  until<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T>;
  /** Stops it, keeps its folder. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

const WAIT_MS = 15;
const PATIENCE_MS = 10_000;

/** An answer's status and its body: JSON where it is some, otherwise text. */
export async function askHttp(
  url: string,
  { method = "GET", body }: { readonly method?: string; readonly body?: unknown } = {},
): Promise<{ readonly status: number; readonly body: unknown }> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, body === undefined ? { method } : { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}

/** Asks again until the answer is as wanted; fails after ten seconds with the last one. */
export async function until<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  const endMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (Date.now() > endMs) {
      const shown = JSON.stringify(answer, (_key, value) => (typeof value === "bigint" ? String(value) : value));
      throw new Error(`not as wanted after ${PATIENCE_MS} ms: ${shown}`);
    }
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}

/** Starts an attester over some chains. */
export async function startTestAttester(
  chains: readonly (TestEvm | AttesterOptions["chains"][number])[],
  changes: Partial<AttesterOptions> = {},
): Promise<TestAttester> {
  const home = changes.home ?? mkdtempSync(join(tmpdir(), "attester-test-"));
  const logs: Record<string, unknown>[] = [];
  const logger = pino({ level: "trace" }, { write: (line: string) => void logs.push(JSON.parse(line)) });
  const running = await startAttester({
    home,
    chains: chains.map((chain) => ("config" in chain ? chain.config : chain)),
    keys: TEST_KEYS,
    http: { port: 0 },
    admin: { port: 0 },
    fees: TEST_FEES,
    logger,
    ...changes,
  });
  return {
    running,
    home,
    logs,
    get: (path) => askHttp(running.url + path),
    admin: (method, path, body) => askHttp(running.adminUrl + path, { method, body }),
    until,
    stop: () => running.close(),
    async close() {
      await running.close();
      if (changes.home === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
}
