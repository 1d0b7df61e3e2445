// The files of a local EVM chain. anvil has its state in memory; here it becomes durable.
//
// chain.json  what the chain is; written once
// state.json  the state with all blocks and receipts, as anvil dumps it; replaced whole
// exit.json   what anvil wrote when it ended; taken for state.json if it is whole
// anvil.pid   the process that has the chain
// anvil.log   what anvil said

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { readJson, writeJson } from "../nodeConfig.ts";
import type { AnvilClient } from "./anvilClient.ts";
import type { EvmContracts } from "./cctpDeployment.ts";
import { EvmError } from "./evmError.ts";

/** How long an anvil may take to write its state when its devnet was killed, and how often it is looked for. */
const LEFTOVER_TIMEOUT_MS = 20_000;
const LEFTOVER_INTERVAL_MS = 20;

/** What a chain's folder says of it. */
export interface ChainRecord {
  readonly name: string;
  readonly domain: number;
  readonly chainId: number;
  /** Seconds since 1970. */
  readonly genesisTime: number;
  readonly contracts: EvmContracts;
}

/** The folder of one chain. */
export class ChainFolder {
  readonly logFile: string;
  readonly exitFile: string;
  readonly #stateFile: string;
  readonly #recordFile: string;
  readonly #pidFile: string;

  /** Makes the folder when it does not exist. */
  constructor(path: string) {
    // As it stands on anvil's command line, wherever the next devnet is started.
    const folder = resolve(path);
    mkdirSync(folder, { recursive: true });
    this.logFile = join(folder, "anvil.log");
    this.exitFile = join(folder, "exit.json");
    this.#stateFile = join(folder, "state.json");
    this.#recordFile = join(folder, "chain.json");
    this.#pidFile = join(folder, "anvil.pid");
  }

  /** The state to go on from; undefined for a new chain. */
  get stateFile(): string | undefined {
    return existsSync(this.#stateFile) ? this.#stateFile : undefined;
  }

  /**
   * What the folder holds, or `made` if it holds nothing. Throws EvmError `state_unusable` when the two are different
   * chains: the contracts of one cannot be found on the other.
   */
  claim(made: ChainRecord): ChainRecord {
    if (!existsSync(this.#recordFile)) {
      writeJson(this.#recordFile, made);
      return made;
    }
    // Only this method writes the file.
    const held = readJson(this.#recordFile) as ChainRecord;
    for (const key of ["name", "domain", "chainId", "contracts"] as const) {
      const [wanted, found] = [JSON.stringify(made[key]), JSON.stringify(held[key])];
      if (wanted === found) continue;
      throw new EvmError(
        "state_unusable",
        `${this.#recordFile} holds another chain: ${key} is ${found}, not ${wanted}`,
      );
    }
    return held;
  }

  /** Takes what anvil wrote at its end for the state, unless it was cut off while it wrote. */
  adoptExitState(): void {
    if (!existsSync(this.exitFile)) return;
    if (isWhole(this.exitFile)) renameSync(this.exitFile, this.#stateFile);
    else rmSync(this.exitFile);
  }

  /** Writes the state of a running anvil, whole or not at all, synced. */
  async saveState(client: AnvilClient): Promise<void> {
    const dump = await client.request<{ Method: "anvil_dumpState"; Parameters: []; ReturnType: `0x${string}` }>({
      method: "anvil_dumpState",
      params: [],
    });
    const json = await promisify(gunzip)(Buffer.from(dump.slice(2), "hex"));
    const scratch = `${this.#stateFile}.tmp`;
    await writeFile(scratch, json, { flush: true });
    renameSync(scratch, this.#stateFile);
  }

  writePid(pid: number): void {
    writeFileSync(this.#pidFile, String(pid));
  }

  removePid(): void {
    rmSync(this.#pidFile, { force: true });
  }

  /**
   * Waits for the anvil of a devnet that was killed: it is writing its state. Rejects with EvmError `folder_in_use` when
   * it does not end.
   */
  async untilFree(): Promise<void> {
    const deadlineMs = performance.now() + LEFTOVER_TIMEOUT_MS;
    for (let pid = this.#leftover(); pid !== undefined; pid = this.#leftover()) {
      if (performance.now() > deadlineMs) {
        const what = `process ${pid}, an anvil that an earlier devnet left, has ${this.exitFile}`;
        throw new EvmError("folder_in_use", `${what}: end it with \`kill ${pid}\``);
      }
      await wait(LEFTOVER_INTERVAL_MS);
    }
  }

  #leftover(): number | undefined {
    if (!existsSync(this.#pidFile)) return undefined;
    const pid = Number(readFileSync(this.#pidFile, "utf8"));
    return Number.isSafeInteger(pid) && pid > 0 && commandLineOf(pid).includes(this.exitFile) ? pid : undefined;
  }
}

function isWhole(file: string): boolean {
  try {
    JSON.parse(readFileSync(file, "utf8"));
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** The command line of a process; empty when there is none, or when this system does not tell. */
function commandLineOf(pid: number): string {
  if (process.platform === "win32") return "";
  if (process.platform !== "linux") return spawnSync("ps", ["-o", "command=", "-p", String(pid)]).stdout.toString();
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
