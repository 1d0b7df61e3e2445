// `statesetd relayer`: runs a relayer, and asks one that runs.

import { existsSync, readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { ConfigError } from "../../chains/configTable.ts";
import { fromHex } from "../../codec/bytes.ts";
import { createLogger } from "../../devnet/logger.ts";
import { parseRelayerToml } from "../../relayer/config/parseRelayerConfig.ts";
import type { KeySource, RelayerConfig } from "../../relayer/config/relayerConfig.ts";
import { MESSAGE_STATES } from "../../relayer/journal/states.ts";
import { type RunningRelayer, startRelayer } from "../../relayer/relayer.ts";
import { CliError } from "../cliError.ts";
import type { Keyring } from "../keys/keyring.ts";
import { globalOptions, type Json, print } from "../output.ts";
import { keyringOf } from "./keys.ts";
import { untilStopped } from "./node.ts";

const DEFAULT_URL = "http://127.0.0.1:4601";
const REQUEST_TIMEOUT_MS = 30_000;
const HASH = /^(?:0[xX])?[0-9a-fA-F]{64}$/;
const DOMAIN = /^[0-9]{1,10}$/;
const PRIVATE_KEY = /^(?:0x)?([0-9a-fA-F]{64})$/;

/** Reads a configuration. Throws CliError `usage`. */
export function loadConfig(file: string): RelayerConfig {
  if (!existsSync(file)) throw new CliError("usage", `${file}: no such file`);
  try {
    return parseRelayerToml(readFileSync(file, "utf8"));
  } catch (cause) {
    if (cause instanceof ConfigError) throw new CliError("usage", `${file}: ${cause.message}`, { cause });
    throw cause;
  }
}

/** The key that a source names. Errors name the place and never show a part of it. */
export async function openKey(source: KeySource, keyring: Keyring): Promise<Uint8Array> {
  if (source.kind === "keyring") return keyring.privKey(source.name);
  const text = process.env[source.name];
  if (text === undefined) throw new CliError("usage", `the environment variable ${source.name} is not set`);
  const digits = PRIVATE_KEY.exec(text)?.[1];
  if (digits === undefined) throw new CliError("usage", `${source.name}: expected a private key of 64 hex digits`);
  return fromHex(digits.toLowerCase());
}

async function start(flags: { config: string; logLevel: string }, self: Command): Promise<void> {
  const config = loadConfig(flags.config);
  const keyring = keyringOf(self);
  const privKeys = new Map<string, Uint8Array>();
  for (const { chain, key } of config.wallets) privKeys.set(chain, await openKey(key, keyring));
  const relayer = await startRelayer(config, { privKeys, logger: createLogger(flags.logLevel) }).catch(failedToStart);
  show(relayer, config);
  const failed = relayer.failed.then(async (cause) => {
    await relayer.close();
    throw new CliError("failed", cause.message, { cause });
  });
  await Promise.race([untilStopped(() => relayer.close()), failed]);
}

/** What a person can do something about is told in one line. */
function failedToStart(cause: unknown): never {
  if (!(cause instanceof Error)) throw cause;
  const code = "code" in cause ? String(cause.code) : "";
  if (code === "EADDRINUSE") {
    throw new CliError("failed", "the port of the HTTP API is taken: set http.port, or stop the other relayer", {
      cause,
    });
  }
  if (["journal_failed", "chain_mismatch", "wrong_chain"].includes(code)) {
    throw new CliError("failed", cause.message, { cause });
  }
  throw cause;
}

function show(relayer: RunningRelayer, config: RelayerConfig): void {
  console.log(`relayer running${relayer.httpUrl === undefined ? "" : ` at ${relayer.httpUrl}`}`);
  for (const { from, to, versions, attestation } of config.routes) {
    console.log(
      `  ${from} -> ${to}  ${versions.map((version) => `V${version}`).join(" ")}  attested by ${attestation}`,
    );
  }
  for (const [chain, address] of relayer.addresses) console.log(`  ${chain} pays from ${address}`);
}

/** Asks a running relayer. Throws CliError. */
async function ask(url: string, path: string, method: "GET" | "POST" = "GET"): Promise<Json> {
  let response: Response;
  try {
    response = await fetch(`${url.replace(/\/+$/, "")}${path}`, {
      method,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch (cause) {
    throw new CliError("unreachable", `no relayer answers at ${url}; is it running?`, { cause });
  }
  const json = (await response.json()) as { readonly [key: string]: Json };
  if (response.ok) return json;
  throw new CliError("failed", String(json["error"] ?? `HTTP status ${response.status}`));
}

function requireHash(hash: string): string {
  if (!HASH.test(hash)) throw new CliError("usage", `expected a hash of 64 hex digits, got ${hash.slice(0, 80)}`);
  return hash;
}

function urlOption(): Option {
  return new Option("--url <url>", "HTTP API of the relayer").default(DEFAULT_URL);
}

interface UrlFlags {
  readonly url: string;
}

function addStart(relayer: Command): void {
  relayer
    .command("start")
    .description("carry messages between chains until it is stopped")
    .requiredOption("--config <file>", "TOML file; src/relayer/README.md lists the settings")
    .option("--log-level <level>", "silent, error, warn, info or debug", "info")
    .addHelpText("after", "\nExample:\n  statesetd relayer start --config relayer.toml")
    .action(start);
}

function addAsking(relayer: Command): void {
  relayer
    .command("status")
    .description("counts, heights, wallets and problems")
    .addOption(urlOption())
    .addHelpText("after", "\nExample:\n  statesetd relayer status --output json")
    .action(async ({ url }: UrlFlags, self: Command) => print(globalOptions(self), await ask(url, "/status")));
  relayer
    .command("list")
    .description("messages in a state, the oldest first")
    .addOption(new Option("--state <state>", "which").choices([...MESSAGE_STATES]).default("submitted"))
    .option("--limit <n>", "how many", "100")
    .option("--after <id>", "go on behind this message")
    .addOption(urlOption())
    .addHelpText("after", "\nExample:\n  statesetd relayer list --state parked")
    .action(
      async ({ url, state, limit, after }: UrlFlags & Record<"state" | "limit" | "after", string>, self: Command) => {
        const query = new URLSearchParams({ state, limit, ...(after === undefined ? {} : { after }) });
        print(globalOptions(self), await ask(url, `/messages?${query}`));
      },
    );
  relayer
    .command("retry <hash>")
    .description("take messages up again: hash of the burn, of the message, or of a delivery")
    .addOption(urlOption())
    .addHelpText("after", "\nExample:\n  statesetd relayer retry 0x4f…")
    .action(async (hash: string, { url }: UrlFlags, self: Command) => {
      print(globalOptions(self), await ask(url, `/messages/${requireHash(hash)}/retry`, "POST"));
    });
  relayer
    .command("tx <hash>")
    .description("relay one source transaction with all its burns, whatever the filters say")
    .option("--domain <n>", "CCTP domain of its chain; every source chain is asked when left out")
    .addOption(urlOption())
    .addHelpText("after", "\nExample:\n  statesetd relayer tx 0x4f… --domain 0")
    .action(async (hash: string, { url, domain }: UrlFlags & { readonly domain?: string }, self: Command) => {
      print(globalOptions(self), await relayTx(url, requireHash(hash), domain));
    });
}

/** The first chain that has the transaction relays it. */
async function relayTx(url: string, hash: string, domain: string | undefined): Promise<Json> {
  if (domain !== undefined) {
    if (!DOMAIN.test(domain)) throw new CliError("usage", `--domain: expected a number, got ${domain.slice(0, 40)}`);
    return ask(url, `/tx/${domain}/${hash}`, "POST");
  }
  const { sources } = (await ask(url, "/status")) as { readonly sources: readonly { readonly domain: number }[] };
  for (const source of sources) {
    const found = await ask(url, `/tx/${source.domain}/${hash}`, "POST").catch((error: unknown) => {
      if (error instanceof CliError && error.code === "failed") return undefined;
      throw error;
    });
    if (found !== undefined) return found;
  }
  throw new CliError("failed", "no source chain has this transaction in a block");
}

/** Adds `relayer` and what is below it. */
export function addRelayer(program: Command): void {
  const relayer = program.command("relayer").description("carry CCTP messages between chains");
  addStart(relayer);
  addAsking(relayer);
}
