// The work of `statesetd attester start`: runs the attestation service, as its configuration says or as a fixture.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { type RunningAttester, startAttester } from "../../attester/attester.ts";
import type { AttesterOptions } from "../../attester/attesterOptions.ts";
import { type FixtureFlags, fixtureOptions } from "../../attester/fixture.ts";
import type { KeySet } from "../../attester/keyRing.ts";
import { KeyOpener } from "../../attester/keySources.ts";
import { type AttesterConfig, type KeyPlaces, parseAttesterToml } from "../../attester/parseAttesterConfig.ts";
import { ConfigError } from "../../chains/configTable.ts";
import { toHex } from "../../codec/bytes.ts";
import { createLogger } from "../../devnet/logger.ts";
import { CliError } from "../cliError.ts";
import { askSecret } from "../passphrase.ts";
import { untilStopped } from "./node.ts";

/** The flags of `attester start`. */
export interface AttesterStartFlags extends FixtureFlags {
  readonly config?: string;
  readonly fixture?: boolean;
  readonly logLevel: string;
}

/** What a person can do something about, in one line. */
const TOLD_CODES = new Set([
  "invalid_config",
  "unusable_keys",
  "locked",
  "unusable",
  "cannot_listen",
  "chain_mismatch",
]);

/** Says that everything listens. */
const CLOSING_LINE = "Ctrl-C stops it; the next start goes on where it stood.";

function told(cause: unknown): never {
  if (cause instanceof Error && "code" in cause && TOLD_CODES.has(String(cause.code))) {
    throw new CliError(cause.code === "invalid_config" ? "usage" : "failed", cause.message, { cause });
  }
  throw cause;
}

function loadConfig(file: string): AttesterConfig {
  if (!existsSync(file)) throw new CliError("usage", `${file}: no such file`);
  try {
    return parseAttesterToml(readFileSync(file, "utf8"));
  } catch (cause) {
    if (cause instanceof ConfigError) throw new CliError("usage", `${file}: ${cause.message}`, { cause });
    throw cause;
  }
}

/** The options of a configuration, with its keys fetched. */
async function configuredOptions(file: string, logger: Logger): Promise<AttesterOptions> {
  const { v1, v2, passphraseEnv, ...rest } = loadConfig(file);
  const known = passphraseEnv === undefined ? undefined : process.env[passphraseEnv];
  const askPassphrase = async (): Promise<string> => known ?? (await askSecret("Passphrase of the attester's keys: "));
  const opener = new KeyOpener({ env: process.env, askPassphrase });
  const open = async (places: KeyPlaces | undefined): Promise<KeySet | undefined> => {
    if (places === undefined) return undefined;
    const privKeys: Uint8Array[] = [];
    for (const place of places.keys) privKeys.push(await opener.open(place));
    return { privKeys, threshold: places.threshold };
  };
  const retired = [...(v1?.retired ?? []), ...(v2?.retired ?? [])];
  return { ...rest, keys: { v1: await open(v1), v2: await open(v2), retired }, logger };
}

/** Runs until it is stopped. Rejects with CliError. */
export async function runAttester(flags: AttesterStartFlags): Promise<void> {
  const logger = createLogger(flags.logLevel);
  if ((flags.config === undefined) === (flags.fixture !== true)) {
    throw new CliError("usage", "give either --config <file> or --fixture");
  }
  if (flags.config === undefined) return startFixture(flags, logger);
  const attester = await configuredOptions(flags.config, logger).then(startAttester).catch(told);
  showAddresses(attester);
  console.log(CLOSING_LINE);
  await untilStopped(() => attester.close());
}

async function startFixture(flags: AttesterStartFlags, logger: Logger): Promise<void> {
  const home = flags.state ?? mkdtempSync(join(tmpdir(), "attester-fixture-"));
  const stop = async (attester: RunningAttester | undefined): Promise<void> => {
    await attester?.close();
    if (flags.state === undefined) rmSync(home, { recursive: true, force: true });
  };
  let attester: RunningAttester | undefined;
  try {
    const options = await fixtureOptions(flags, home, logger);
    attester = await startAttester(options);
    showFixture(attester, options);
  } catch (error) {
    await stop(attester);
    told(error);
  }
  await untilStopped(() => stop(attester));
}

function showAddresses(attester: RunningAttester): void {
  const rows = [
    ["API", attester.url],
    ["controls", attester.adminUrl],
    ["metrics", attester.metricsUrl === undefined ? undefined : `${attester.metricsUrl}/metrics`],
  ];
  console.log("attester running");
  for (const [name, url] of rows) if (url !== undefined) console.log(`  ${name?.padEnd(8)} ${url}`);
  for (const version of [1, 2] as const) {
    const threshold = attester.threshold(version);
    if (threshold === undefined) continue;
    const keys = attester.publicKeys(version);
    console.log(`  V${version} is signed by ${threshold} of ${keys.length}:`);
    for (const { address, publicKey } of keys) console.log(`    0x${toHex(address)}  0x${toHex(publicKey)}`);
  }
}

/** The keys of a fixture protect nothing: they are shown, so that contracts can be told of them, or sign themselves. */
function showFixture(attester: RunningAttester, { keys }: AttesterOptions): void {
  showAddresses(attester);
  for (const [version, set] of [[1, keys.v1] as const, [2, keys.v2] as const]) {
    const texts = (set?.privKeys ?? []).map((key) => `0x${toHex(key)}`);
    console.log(`  private keys of V${version}, known to everybody: ${texts.join(" ")}`);
  }
  console.log(CLOSING_LINE);
}
