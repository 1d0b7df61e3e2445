// The gateway of a devnet, in a process of its own: its SQL holds up no block, and its memory goes with it. Its keys protect
// nothing, and everybody knows them. One that ends by itself is started again, where it listened before: what it knows is
// in its folder and on the chain.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { PaymentChain } from "../gateway/checkout/paymentChain.ts";
import type { ListenAddress } from "../gateway/gatewayConfig.ts";
import type { Devnet } from "./devnet.ts";
import {
  errorOf,
  type GatewayAddresses,
  type GatewayOrder,
  type GatewayReport,
  type GatewaySettings,
  type ToldError,
} from "./gatewayMessages.ts";
import { gatewayAccounts } from "./gatewayState.ts";
import type { Logger } from "./logger.ts";

/** The API key of every devnet. */
export const DEVNET_API_KEY = "sk_test_devnet";
const HOST = "127.0.0.1";
/** Where the gateway listens. */
const HTTP_PORT = 8080;
const METRICS_PORT = 8081;
/** How long it may take to end what it does. */
const CLOSE_GRACE_MS = 15_000;
/** One that ends this often within a minute is not started again. */
const ENDS_MAX = 4;
const ENDS_WINDOW_MS = 60_000;

/** A gateway that runs. */
export interface DevnetGateway extends GatewayAddresses {
  readonly apiKey: string;
  /** Whose orders the key makes, who signs for it, and whose wallet pays when a request names none. */
  readonly merchant: string;
  readonly signer: string;
  readonly customer: string;
  /** Its process at the moment. */
  readonly pid: number;
  /** Copies all that it keeps into a folder, as it stands at some moment of the call. */
  copyTo(folder: string): Promise<void>;
}

/** A gateway that ends again and again, and what it said last. */
export class GatewayEndedError extends Error {
  readonly code = "gateway_ended";

  constructor(how: string, told: ToldError | undefined) {
    super(`the Orders API ended ${ENDS_MAX} times within a minute, last with ${how}${told ? `: ${told.message}` : ""}`);
    this.name = "GatewayEndedError";
  }
}

export interface DevnetGatewayOptions {
  readonly chain: Devnet;
  readonly home: string;
  readonly ports: "free" | "known";
  /** EVM chains that the checkout page offers. */
  readonly paymentChains: readonly PaymentChain[];
  readonly logLevel: string;
}

export interface GatewayProcessParts {
  readonly logger: Logger;
  /** Hears that it ended too often. */
  readonly onFailure: (error: unknown) => void;
}

/** A process that waits to be told what to do. Its modules load meanwhile. */
function launch(): ChildProcess {
  const isSource = import.meta.url.endsWith(".ts");
  const program = new URL(isSource ? "./gatewayMain.ts" : "./gatewayMain.js", import.meta.url);
  return fork(program, {
    execArgv: isSource ? ["--import", import.meta.resolve("tsx")] : [],
    serialization: "advanced",
    // Standard output is the devnet's own.
    stdio: ["ignore", 2, 2, "ipc"],
    // A process group of its own: Ctrl-C in a terminal reaches us alone, and we end it in order.
    detached: process.platform !== "win32",
  });
}

/** The next report of a kind; rejects with what failed, or when the process ends before. */
function reported<K extends GatewayReport["kind"]>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<GatewayReport, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const onMessage = (report: GatewayReport) => {
      if (report.kind === kind) done(() => resolve(report as Extract<GatewayReport, { kind: K }>));
      else if (report.kind === "failed") done(() => reject(errorOf(report.error)));
    };
    const onExit = (...end: readonly [number | null, NodeJS.Signals | null]) =>
      done(() => reject(new Error(`the process of the Orders API ended with ${endText(end)}`)));
    const done = (settle: () => void) => {
      child.off("message", onMessage).off("exit", onExit);
      settle();
    };
    child.on("message", onMessage).once("exit", onExit);
  });
}

function endText([code, signal]: readonly [number | null, NodeJS.Signals | null]): string {
  return signal ?? `exit code ${code}`;
}

/** The port of a URL that a server told. */
function listenAgain(url: string): ListenAddress {
  return { host: HOST, port: Number(new URL(url).port) };
}

function settingsOf({ chain, home, ports, paymentChains, logLevel }: DevnetGatewayOptions): GatewaySettings {
  const { merchant, signer, customer } = gatewayAccounts(chain.accounts);
  const listenOn = (port: number) => ({ host: HOST, port: ports === "known" ? port : 0 });
  return {
    ...{ chainId: chain.chainId, rpcUrl: chain.rpcUrl, folder: join(home, "gateway"), paymentChains, logLevel },
    ...{ http: listenOn(HTTP_PORT), metrics: listenOn(METRICS_PORT) },
    ...{ apiKey: DEVNET_API_KEY, merchant: merchant.address, customer: customer.address },
    signer: { address: signer.address, privKey: signer.privKey },
  };
}

/** The gateway's process, and the next one when it ends. */
export class GatewayProcess {
  readonly #parts: GatewayProcessParts;
  #child: ChildProcess;
  /** The one that answers. Rejects when it could not start. */
  #ready: Promise<GatewayAddresses> | undefined;
  /** When it ended by itself, within the last minute. */
  #endsMs: number[] = [];
  #told: ToldError | undefined;
  #isClosing = false;

  constructor(parts: GatewayProcessParts) {
    this.#parts = parts;
    this.#child = launch();
  }

  /** Starts the gateway over a chain that runs. Rejects when it cannot start; `asPortInUse` knows a port that is taken. */
  async start(options: DevnetGatewayOptions): Promise<DevnetGateway> {
    const settings = settingsOf(options);
    const { apiKey, merchant, customer, signer } = settings;
    const addresses = await this.#begin(settings);
    const again: GatewaySettings = {
      ...settings,
      http: listenAgain(addresses.url),
      metrics: listenAgain(addresses.metricsUrl ?? addresses.url),
    };
    this.#watch(again);
    const pid = () => this.#child.pid ?? 0;
    return {
      ...addresses,
      ...{ apiKey, merchant, customer, signer: signer.address },
      get pid() {
        return pid();
      },
      copyTo: (folder) => this.#copyTo(folder),
    };
  }

  /** Lets it answer what is in flight, and ends it. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    const kill = setTimeout(() => child.kill("SIGKILL"), CLOSE_GRACE_MS);
    if (child.connected) child.disconnect();
    await ended;
    clearTimeout(kill);
  }

  #begin(settings: GatewaySettings): Promise<GatewayAddresses> {
    this.#told = undefined;
    this.#child.on("message", (report: GatewayReport) => {
      if (report.kind === "failed") this.#told = report.error;
    });
    const ready = reported(this.#child, "ready").then(({ url, metricsUrl }) => ({ url, metricsUrl }));
    this.#ready = ready;
    this.#order({ kind: "start", settings });
    return ready;
  }

  /** Starts another one when this one ends by itself. */
  #watch(settings: GatewaySettings): void {
    this.#child.once("exit", (...end: [number | null, NodeJS.Signals | null]) => {
      if (this.#isClosing) return;
      const nowMs = performance.now();
      this.#endsMs = [...this.#endsMs.filter((ms) => nowMs - ms < ENDS_WINDOW_MS), nowMs];
      const how = endText(end);
      if (this.#endsMs.length >= ENDS_MAX) return this.#parts.onFailure(new GatewayEndedError(how, this.#told));
      this.#parts.logger.error({ how, reason: this.#told?.message }, "the Orders API ended and is started again");
      this.#child = launch();
      this.#watch(settings);
      // How it fails to start is told when it ends.
      this.#begin(settings).catch(() => undefined);
    });
  }

  async #copyTo(folder: string): Promise<void> {
    await this.#ready;
    const copied = reported(this.#child, "copied");
    this.#order({ kind: "copy", folder });
    const { error } = await copied;
    if (error !== undefined) throw errorOf(error);
  }

  #order(order: GatewayOrder): void {
    // One that is gone is told of by its end.
    this.#child.send(order, () => undefined);
  }
}
