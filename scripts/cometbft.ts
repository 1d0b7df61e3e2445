// Builds CometBFT from its Go module at a pinned release, once, into the user's cache folder, where it outlives `npm ci`:
// `npx tsx scripts/cometbft.ts` prints where it lies. Needs Go; the module comes from the Go module proxy with its checksum verified.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

/** The release that tests, test networks and docs/production.md are about. */
export const COMETBFT_VERSION = "v0.38.26";

const CACHE = join(
  process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"),
  "stateset",
  "cometbft",
  COMETBFT_VERSION,
);

/** The path of the binary, which is built first when it is not there. `COMETBFT` in the environment names another one. */
export async function ensureCometbft(): Promise<string> {
  const given = process.env["COMETBFT"];
  if (given !== undefined && given !== "") return given;
  const binary = join(CACHE, "cometbft");
  if (existsSync(binary)) return binary;
  mkdirSync(CACHE, { recursive: true });
  const scratch = mkdtempSync(join(CACHE, "build-"));
  try {
    const module = `github.com/cometbft/cometbft/cmd/cometbft@${COMETBFT_VERSION}`;
    process.stderr.write(`building ${module}; this takes some minutes once\n`);
    await promisify(execFile)("go", ["install", module], { env: { ...process.env, GOBIN: scratch } });
    // Whole or not at all: others may wait for the same binary.
    renameSync(join(scratch, "cometbft"), binary);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`CometBFT could not be built (is Go installed?): ${why}`, { cause });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return binary;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(await ensureCometbft());
