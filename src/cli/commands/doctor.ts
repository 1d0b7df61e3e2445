// `statesetd doctor` tells where a transfer or an order hangs and why; `statesetd resume` does what comes next.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { ChainReadError } from "../../chains/chainReader.ts";
import { ConfigError } from "../../chains/configTable.ts";
import { RELAYER_KEY } from "../../devnet/bridgeKeys.ts";
import { relayerFile } from "../../devnet/relayerFile.ts";
import type { RelayerConfig } from "../../relayer/config/relayerConfig.ts";
import { DestinationError } from "../../relayer/deliver/destination.ts";
import { diagnose } from "../../relayer/doctor/diagnose.ts";
import { type Diagnosis, findingsOf } from "../../relayer/doctor/diagnosis.ts";
import { actionView, diagnosisView } from "../../relayer/doctor/json.ts";
import { UnknownSubjectError } from "../../relayer/doctor/locate.ts";
import { openWorld } from "../../relayer/doctor/openWorld.ts";
import { renderDiagnosis } from "../../relayer/doctor/render.ts";
import { type Deed, resume } from "../../relayer/doctor/resume.ts";
import { parseSubject, type Subject, SubjectError } from "../../relayer/doctor/subject.ts";
import type { World } from "../../relayer/doctor/world.ts";
import { CliError, EXIT_CODE } from "../cliError.ts";
import { globalOptions, type Json, print } from "../output.ts";
import { keyringOf } from "./keys.ts";
import { loadConfig, openKey } from "./relayer.ts";

interface DoctorFlags {
  readonly config?: string;
  readonly url?: string;
  readonly timeout?: string;
}

const TIMEOUT_SECONDS = /^[1-9][0-9]{0,4}$/;
const MS_PER_SECOND = 1000;

/** The configuration that was given, or that of the devnet of --home that runs. Throws CliError. */
function configOf(flags: DoctorFlags, command: Command): RelayerConfig {
  if (flags.config !== undefined) return loadConfig(flags.config);
  const file = relayerFile(join(globalOptions(command).home, "devnet"));
  if (existsSync(file)) return loadConfig(file);
  throw new CliError("usage", `no devnet runs here (${file} is missing): --config <relayer.toml> says where to look`);
}

/** The keys that pay, by chain: those of a devnet are known. */
async function keysOf(
  config: RelayerConfig,
  {
    flags,
    command,
    withSealed,
  }: { readonly flags: DoctorFlags; readonly command: Command; readonly withSealed: boolean },
): Promise<ReadonlyMap<string, Uint8Array>> {
  if (flags.config === undefined) return new Map(config.wallets.map(({ chain }) => [chain, RELAYER_KEY.privKey]));
  const keys = new Map<string, Uint8Array>();
  for (const { chain, key } of config.wallets) {
    const isAtHand = key.kind === "env" ? process.env[key.name] !== undefined : withSealed;
    if (isAtHand) keys.set(chain, await openKey(key, keyringOf(command)));
  }
  return keys;
}

/** Runs work in the world of the configuration. Throws CliError. */
async function withWorld<T>(
  given: { readonly subject: string; readonly flags: DoctorFlags; readonly command: Command },
  work: (parts: {
    readonly world: World;
    readonly config: RelayerConfig;
    readonly diagnosis: Diagnosis;
    readonly privKeys: ReadonlyMap<string, Uint8Array>;
  }) => Promise<T>,
): Promise<T> {
  const { flags, command } = given;
  const subject = subjectOf(given.subject);
  const config = configOf(flags, command);
  const privKeys = await keysOf(config, { flags, command, withSealed: false });
  const world = await openWorld(config, { privKeys, ...(flags.url === undefined ? {} : { relayerUrl: flags.url }) });
  try {
    const diagnosis = await diagnose(subject, world);
    return await work({ world, config, diagnosis, privKeys });
  } catch (cause) {
    throw told(cause);
  } finally {
    await world.close();
  }
}

function subjectOf(text: string): Subject {
  try {
    return parseSubject(text);
  } catch (cause) {
    if (cause instanceof SubjectError) throw new CliError("usage", cause.message, { cause });
    throw cause;
  }
}

function told(cause: unknown): unknown {
  if (cause instanceof UnknownSubjectError) return new CliError("failed", cause.message, { cause });
  if (cause instanceof ConfigError) return new CliError("usage", cause.message, { cause });
  if (cause instanceof ChainReadError || cause instanceof DestinationError) {
    return new CliError("unreachable", cause.message, { cause });
  }
  return cause;
}

async function runDoctor(text: string, flags: DoctorFlags, self: Command): Promise<void> {
  await withWorld({ subject: text, flags, command: self }, async ({ diagnosis }) => show(self, diagnosis));
}

function show(self: Command, diagnosis: Diagnosis): void {
  if (globalOptions(self).output === "json") console.log(JSON.stringify(diagnosisView(diagnosis)));
  else console.log(renderDiagnosis(diagnosis));
}

function timeoutOf({ timeout = "120" }: DoctorFlags): number {
  if (!TIMEOUT_SECONDS.test(timeout)) throw new CliError("usage", "--timeout: expected seconds");
  return Number(timeout) * MS_PER_SECOND;
}

async function runResume(text: string, flags: DoctorFlags, self: Command): Promise<void> {
  const timeoutMs = timeoutOf(flags);
  await withWorld({ subject: text, flags, command: self }, async ({ diagnosis, config, world, privKeys }) => {
    // A passphrase is asked for only when a key may be used.
    const isWork = findingsOf(diagnosis).some(({ action }) => !["none", "wait", "person"].includes(action.kind));
    const keys = isWork ? await keysOf(config, { flags, command: self, withSealed: true }) : privKeys;
    const deeds = await resume(diagnosis, { config, world, privKeys: keys, timeoutMs });
    showDeeds(self, diagnosis, deeds);
    if (deeds.some(({ outcome }) => outcome === "refused" || outcome === "failed")) process.exitCode = EXIT_CODE.failed;
  });
}

function showDeeds(self: Command, diagnosis: Diagnosis, deeds: readonly Deed[]): void {
  if (globalOptions(self).output === "json") {
    const done = deeds.map(({ action, outcome, text }) => ({ outcome, text, action: actionView(action) as Json }));
    print({ output: "json" }, { diagnosis: diagnosisView(diagnosis) as Json, done });
    return;
  }
  console.log(renderDiagnosis(diagnosis));
  console.log("");
  if (deeds.length === 0) console.log("nothing is left to do");
  for (const { outcome, text } of deeds) console.log(`${outcome}: ${text}`);
}

function withWorldOptions(command: Command): Command {
  return command
    .option("--config <file>", "the relayer's configuration; the devnet's of --home when left out")
    .addOption(new Option("--url <url>", "HTTP API of the relayer; that of the configuration when left out"));
}

/** Adds `doctor` and `resume`. */
export function addDoctor(program: Command): void {
  withWorldOptions(program.command("doctor <subject>"))
    .description("where a transfer or an order hangs, why, and what comes next: transaction or message hash, or id")
    .addHelpText("after", "\nExamples:\n  statesetd doctor 0x4f…\n  statesetd doctor ord_…")
    .action(runDoctor);
  withWorldOptions(program.command("resume <subject>"))
    .description("do what `doctor` says comes next, also for transfers that others began")
    .option("--timeout <seconds>", "how long a delivery by ourselves may take", "120")
    .addHelpText("after", "\nExamples:\n  statesetd resume 0x4f…\n  statesetd resume ref_…")
    .action(runResume);
}
