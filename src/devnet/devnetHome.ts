// The folder of a devnet: whose it is, and how it is emptied.

import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { DatabaseOpenError, openDatabase } from "../store/database.ts";
import { requireUnused } from "../store/stateDisk.ts";
import { ChainFolder } from "./evm/chainFolder.ts";
import { homeFiles } from "./nodeConfig.ts";

/** The home of a devnet cannot be used as it was asked to. */
export class DevnetHomeError extends Error {
  readonly code = "devnet_home_unusable";

  constructor(home: string, message: string, options?: ErrorOptions) {
    super(`${home}: ${message}`, options);
    this.name = "DevnetHomeError";
  }
}

/** The failure to open a home that a devnet runs in, said so; every other error as it is. */
export function homeError(home: string, error: unknown): unknown {
  if (!(error instanceof DatabaseOpenError && error.code === "LEVEL_LOCKED")) return error;
  return new DevnetHomeError(home, "a devnet runs in it", { cause: error });
}

/** What a devnet makes in its home. */
export const HOME_PARTS = ["config", "data", "evm", "attester", "relayer", "gateway"] as const;

/** The folder of an EVM chain. */
export function evmFolder(home: string, name: string): string {
  return join(home, "evm", name);
}

/** Whether a devnet was made in a home. */
export function isDevnetHome(home: string): boolean {
  return existsSync(homeFiles(home).genesis);
}

/** The gateway of a devnet that was killed writes down what it holds, and ends. */
const LEFTOVER_TIMEOUT_MS = 10_000;
const LEFTOVER_INTERVAL_MS = 50;

/** Rejects with DevnetHomeError when a gateway that an earlier devnet left does not end. */
async function untilGatewayEnded(home: string): Promise<void> {
  const lock = join(home, "gateway", "database.lock");
  const deadlineMs = performance.now() + LEFTOVER_TIMEOUT_MS;
  while (existsSync(lock)) {
    try {
      return await (await openDatabase(lock)).close();
    } catch (error) {
      if (!(error instanceof DatabaseOpenError && error.code === "LEVEL_LOCKED")) throw error;
      if (performance.now() > deadlineMs) {
        throw new DevnetHomeError(home, "the gateway of an earlier devnet runs in it", { cause: error });
      }
    }
    await wait(LEFTOVER_INTERVAL_MS);
  }
}

/**
 * Removes what a devnet made in its home, and nothing else that lies there. Rejects with DevnetHomeError when the devnet
 * runs, and with EvmError `folder_in_use` when one that was killed does not end.
 */
export async function resetDevnetHome(home: string): Promise<void> {
  if (!existsSync(home)) return;
  await requireUnused(homeFiles(home).data).catch((error: unknown) => {
    throw homeError(home, error);
  });
  const chains = join(home, "evm");
  for (const name of existsSync(chains) ? await readdir(chains) : [])
    await new ChainFolder(join(chains, name)).untilFree();
  await untilGatewayEnded(home);
  for (const part of HOME_PARTS) await rm(join(home, part), { recursive: true, force: true });
}
