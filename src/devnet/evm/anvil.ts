// Runs anvil, Foundry's local EVM node: loopback only, known accounts, a log file, and an end that is noticed.

import { PortInUseError } from "../portInUse.ts";
import { anvilPath } from "./anvilBinary.ts";
import { EvmError } from "./evmError.ts";
import { RotatingLog } from "./rotatingLog.ts";
import { type ProcessEnd, startWatched, type WatchedProcess } from "./watchedProcess.ts";

/** How long anvil may take until it listens; a state of a hundred thousand transactions takes five seconds. */
const START_TIMEOUT_MS = 60_000;
/** How long anvil may take to write its state when it is asked to end. */
const STOP_TIMEOUT_MS = 30_000;
/** States of so many blocks are kept for `eth_call` on the past. Blocks and logs are all kept. */
const PAST_STATES_MAX = 256;
/** The last words of a process that ended, for the error. */
const LAST_WORDS_CHARS_MAX = 2000;

const LISTENING = /^Listening on 127\.0\.0\.1:([0-9]+)/m;
const PORT_IN_USE = /address already in use|Only one usage of each socket address/i;

/** What anvil is started with; what is left out is as anvil has it. */
export interface AnvilOptions {
  readonly chainId: number;
  /** 0 takes a free one. */
  readonly port: number;
  readonly mnemonic?: string | undefined;
  readonly accountCount?: number | undefined;
  /** Time of block 0, seconds since 1970. The same at every start from a state: block 0 is not in it. */
  readonly genesisTime?: number | undefined;
  /** Everything that anvil says. */
  readonly logFile?: string | undefined;
  /** The state to go on from. */
  readonly stateFile?: string | undefined;
  /** Where anvil writes its state when it ends. */
  readonly exitFile?: string | undefined;
  /** A block each so many seconds, beside those that transactions make. */
  readonly blockTimeSeconds?: number | undefined;
  /** An epoch behind the newest block is `safe`, two are `finalized`. */
  readonly slotsInAnEpoch?: number | undefined;
}

/** An anvil that listens. */
export interface Anvil {
  /** `http://127.0.0.1:8545` */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process has ended, whether it was asked to or not. */
  readonly ended: Promise<ProcessEnd>;
  /** Asks it to write its state and end. Throws EvmError `anvil_ended` when it did not end of its own accord. */
  stop(): Promise<void>;
}

function argumentsOf(options: AnvilOptions): string[] {
  const given: Readonly<Record<string, string | number | undefined>> = {
    host: "127.0.0.1",
    port: options.port,
    "chain-id": options.chainId,
    mnemonic: options.mnemonic,
    accounts: options.accountCount,
    timestamp: options.genesisTime,
    "block-time": options.blockTimeSeconds,
    "load-state": options.stateFile,
    "dump-state": options.exitFile,
    "slots-in-an-epoch": options.slotsInAnEpoch,
    // Kept in memory; without a limit anvil writes them into the home of the user.
    "prune-history": PAST_STATES_MAX,
    color: "never",
  };
  const args = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
  // With a block time, anvil leaves transactions waiting for it unless told to mine at once as well.
  return options.blockTimeSeconds === undefined ? args : [...args, "--mixed-mining"];
}

/** Starts anvil. Rejects with PortInUseError, or EvmError `anvil_missing` or `anvil_ended`; nothing runs then. */
export async function startAnvil(options: AnvilOptions): Promise<Anvil> {
  const log = options.logFile === undefined ? undefined : new RotatingLog(options.logFile);
  const child = await startWatched(anvilPath(), argumentsOf(options)).catch((cause: unknown) => {
    log?.close();
    throw new EvmError("anvil_missing", `anvil cannot be run: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  });
  void child.ended.then(() => log?.close());
  const port = await untilListening(child, log, options);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid,
    ended: child.ended,
    async stop() {
      const { exitCode, signal } = await child.stop(STOP_TIMEOUT_MS);
      if (exitCode === 0) return;
      const how = signal === null ? `with exit code ${exitCode}` : `by ${signal}`;
      throw new EvmError("anvil_ended", `anvil (process ${child.pid}) ended ${how} and may not have written its state`);
    },
  };
}

/** Resolves with the port once anvil listens. Everything it says goes to the log, then and later. */
function untilListening(child: WatchedProcess, log: RotatingLog | undefined, options: AnvilOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    let words: string | undefined = "";
    const settle = (error?: Error): void => {
      clearTimeout(timeout);
      words = undefined;
      if (error !== undefined) reject(error);
    };
    const hear = (chunk: Buffer): void => {
      log?.write(chunk);
      if (words === undefined) return;
      words += chunk.toString();
      const port = LISTENING.exec(words)?.[1];
      if (port === undefined) return;
      settle();
      resolve(Number(port));
    };
    const timeout = setTimeout(() => {
      settle(new EvmError("anvil_ended", `anvil did not listen within ${START_TIMEOUT_MS} ms`));
      void child.stop(0);
    }, START_TIMEOUT_MS);
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    void child.ended.then(({ exitCode }) => settle(startError(options, exitCode, words ?? "")));
  });
}

function startError(options: AnvilOptions, exitCode: number | null, words: string): Error {
  if (PORT_IN_USE.test(words)) {
    return new PortInUseError(options.port, `the EVM chain ${options.chainId} wants it`);
  }
  const lastWords = words.slice(-LAST_WORDS_CHARS_MAX).trim();
  return new EvmError("anvil_ended", `anvil ended before it listened, exit code ${exitCode}: ${lastWords}`);
}
