// `statesetd relayer start` as a process that is killed and started again, always with the same journal.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "smol-toml";
import type { ChainConfig } from "../../src/chains/chainConfig.ts";
import { toHex } from "../../src/codec/bytes.ts";

const PROGRAM = new URL("../../dist/src/cli/main.js", import.meta.url).pathname;
const LINES_KEPT = 40;

/** What a relayer is started with. */
export interface ProcessOptions {
  readonly chains: readonly ChainConfig[];
  /** Endpoints by name of the chain. */
  readonly rpcUrls: ReadonlyMap<string, string>;
  readonly attestationUrl: string;
  readonly privKey: Uint8Array;
  /** How long it leaves a message to others. */
  readonly delayMs: number;
}

function tableOf(chain: ChainConfig, rpcUrls: ReadonlyMap<string, string>): object {
  const { finality: _finality, wsUrl: _wsUrl, ...rest } = chain;
  return {
    ...rest,
    rpcUrls: [rpcUrls.get(chain.name)],
    pollIntervalMs: 100,
    startHeight: Number(chain.startHeight ?? 0n),
    finality: { fast: 0, standard: 0 },
  };
}

/** A relayer of the command line. */
export class RelayerProcess {
  readonly #folder: string;
  readonly #file: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #lines: string[] = [];
  #child: ChildProcess | undefined;
  /** How often it was started. */
  lives = 0;

  constructor({ chains, rpcUrls, attestationUrl, privKey, delayMs }: ProcessOptions) {
    this.#folder = mkdtempSync(join(tmpdir(), "relayer-process-"));
    this.#file = join(this.#folder, "relayer.toml");
    this.#env = { ...process.env, TEST_RELAYER_KEY: toHex(privKey) };
    const names = chains.map(({ name }) => name);
    const config = {
      journal: join(this.#folder, "journal"),
      intervalMs: 100,
      delayMs,
      refusedFirstMs: 200,
      refusedMaxMs: 1_000,
      stallAfterMs: 0,
      http: false,
      chains: chains.map((chain) => tableOf(chain, rpcUrls)),
      wallets: names.map((chain) => ({ chain, key: "env:TEST_RELAYER_KEY", stuckAfterMs: 4_000, balanceMin: 1 })),
      attestation: [{ url: attestationUrl, pollMs: 100, pollMaxMs: 500, requestsPerSecond: 1000, blockedMs: 1_000 }],
      routes: names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ from, to }))),
    };
    writeFileSync(this.#file, stringify(config));
  }

  /** Starts it. A relayer that ends by itself is an error, which `failure` tells. */
  start(): void {
    this.lives += 1;
    const args = [PROGRAM, "relayer", "start", "--config", this.#file, "--log-level", "warn"];
    const child = spawn(process.execPath, args, { env: this.#env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#lines.push(...text.trimEnd().split("\n"));
        this.#lines.splice(0, Math.max(0, this.#lines.length - LINES_KEPT));
      });
    }
    this.#child = child;
  }

  /** What it said last, when it ended without being killed; undefined while it runs. */
  get failure(): string | undefined {
    return this.#child?.exitCode === null ? undefined : this.#lines.join("\n");
  }

  /** What it said last. */
  get said(): string {
    return this.#lines.join("\n");
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
