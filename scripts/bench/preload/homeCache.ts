// Homes of chains that hold orders already. Filling one takes a while, so it is kept in a folder of the machine's temporary
// files under a hash of all that it depends on, and each run gets a copy.

import { createHash } from "node:crypto";
import {
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Level } from "level";
import { encodeAddress } from "../../../src/codec/address.ts";
import { homeFiles } from "../../../src/devnet/nodeConfig.ts";
import { writeBenchConfig, writeBenchHome } from "../benchHome.ts";
import { type Account, BENCH_CHAIN_ID } from "../load/accounts.ts";
import { roundTo, say } from "../report.ts";
import { type Filling, fillChain, RESERVE, RESERVE_UUSDC } from "./fillChain.ts";

/** Where homes are kept: `BENCH_CACHE`, else a folder of the user. */
function cacheFolder(): string {
  return process.env["BENCH_CACHE"] ?? join(tmpdir(), `stateset-bench-${process.getuid?.() ?? 0}`);
}

/** Homes that are kept; the ones used longest ago go. */
const HOMES_MAX = 6;
/** A home that was used since is not thrown away: somebody may be copying it. */
const FRESH_MS = 600_000;
const WEEK_MS = 7 * 24 * 3_600_000;
/** What decides how a home looks: the code that writes it, as it was built. */
const CODE = ["app", "gen", "x", "src/baseapp", "src/codec", "src/consensus", "src/crypto", "src/store", "src/devnet"];
const BLOCK_INTERVAL_MS = 100;

/** How a home came to be, in seconds. */
export interface PreloadTimes {
  readonly orders: number;
  /** 0 when it was there already. */
  readonly fillSeconds: number;
  readonly copySeconds: number;
}

/** What a home is filled with, without the keys. */
interface Key extends Omit<Filling, "signers"> {
  readonly signers: number;
}

function keyOf(filling: Filling): string {
  const hash = createHash("sha256");
  const key: Key = { ...filling, signers: filling.signers.length };
  // Orders wait for their payment for 30 days: a home is made anew each week.
  hash.update(JSON.stringify([key, Math.trunc(Date.now() / WEEK_MS)]));
  for (const folder of [...CODE.map((name) => join("dist", name)), "scripts/bench"]) {
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => isCode(folder, name));
    for (const name of names.sort()) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest("hex").slice(0, 24);
}

function isCode(folder: string, name: string): boolean {
  if (folder.startsWith("dist")) return name.endsWith(".js");
  return ["benchHome.ts", "orderTxs.ts", "load/accounts.ts"].includes(name) || /^preload\/.*\.ts$/.test(name);
}

/** Lays a home whose chain holds what is wanted into an empty or missing folder. */
export async function preloadHome(home: string, filling: Filling, blockIntervalMs: number): Promise<PreloadTimes> {
  const kept = join(cacheFolder(), keyOf(filling));
  const startedMs = performance.now();
  const isThere = existsSync(kept);
  if (!isThere) await makeHome(kept, filling);
  const copyMs = performance.now();
  cpSync(kept, home, { recursive: true, mode: constants.COPYFILE_FICLONE });
  writeBenchConfig(home, blockIntervalMs);
  return {
    orders: filling.orders,
    fillSeconds: isThere ? 0 : roundTo((copyMs - startedMs) / 1000, 1),
    copySeconds: roundTo((performance.now() - copyMs) / 1000, 1),
  };
}

async function makeHome(kept: string, filling: Filling): Promise<void> {
  say(`filling a chain with ${filling.orders} orders`);
  mkdirSync(cacheFolder(), { recursive: true });
  const scratch = `${kept}.${process.pid}`;
  rmSync(scratch, { recursive: true, force: true });
  const addresses = filling.signers.map(({ address }: Account) => address);
  const more = [{ address: encodeAddress(RESERVE), coins: [{ denom: "uusdc", amount: RESERVE_UUSDC }] }];
  writeBenchHome({ home: scratch, chainId: BENCH_CHAIN_ID, blockIntervalMs: BLOCK_INTERVAL_MS, addresses, more });
  await fillChain(scratch, filling);
  await compact(join(homeFiles(scratch).data, "chain.db"));
  // Somebody else may have made the same meanwhile.
  if (existsSync(kept)) rmSync(scratch, { recursive: true });
  else renameSync(scratch, kept);
  dropOld(kept);
}

/** Lets LevelDB tidy up now: later it would, and what a load takes of the disk could not be told from what that gives back. */
async function compact(folder: string): Promise<void> {
  const level = new Level<Uint8Array, Uint8Array>(folder, { keyEncoding: "view", valueEncoding: "view" });
  await level.open();
  // In Node a Level is a ClassicLevel, which its type does not say.
  await (level as unknown as Compactable).compactRange(Uint8Array.of(0), new Uint8Array(KEY_END_BYTES).fill(0xff));
  await level.close();
}

interface Compactable {
  compactRange(start: Uint8Array, end: Uint8Array): Promise<void>;
}

/** No key begins with so many 0xff. */
const KEY_END_BYTES = 8;

function dropOld(kept: string): void {
  const homes = readdirSync(cacheFolder())
    .map((name) => join(cacheFolder(), name))
    .map((path) => ({ path, usedMs: statSync(path).atimeMs }))
    .filter(({ path, usedMs }) => path !== kept && Date.now() - usedMs > FRESH_MS)
    .sort((a, b) => b.usedMs - a.usedMs);
  for (const { path } of homes.slice(HOMES_MAX - 1)) rmSync(path, { recursive: true, force: true });
}
