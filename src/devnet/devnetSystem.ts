// A devnet that runs, as one thing: its parts, and the clock and the snapshots that act on all of them together.

import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DevnetAdmin } from "../consensus/chainNode.ts";
import { copyDatabase } from "../store/database.ts";
import type { Bridge } from "./bridge.ts";
import type { Devnet } from "./devnet.ts";
import type { DevnetGateway } from "./devnetGateway.ts";
import { evmFolder } from "./devnetHome.ts";
import { writeDump } from "./dumpFile.ts";
import type { LocalEvmChain } from "./evm/evmChain.ts";
import { homeFiles } from "./nodeConfig.ts";

const NS_PER_SECOND = 1_000_000_000n;
/** Snapshots held at a time; the oldest is forgotten. No part holds fewer. */
const SNAPSHOTS_MAX = 64;

/** What a system is made of. `createDevnet` puts it together. */
export interface SystemParts {
  readonly home: string;
  readonly chain: Devnet;
  readonly evm: readonly LocalEvmChain[];
  readonly bridge: Bridge | undefined;
  readonly gateway: DevnetGateway | undefined;
  readonly stop: () => Promise<void>;
}

/** The clock of all chains together. */
export interface DevnetTime {
  /** What the chains' clocks say. */
  now(): Date;
  /** Moves all clocks forward, a whole number of seconds, and makes a block on each chain that has the new time. */
  advance(seconds: number): Promise<void>;
}

/** A control that the devnet does not have, or that cannot do what it was asked. */
export class DevnetControlError extends Error {
  readonly code = "devnet_control_refused";

  constructor(message: string) {
    super(message);
    this.name = "DevnetControlError";
  }
}

/** A part as snapshots see it. */
interface Revertible {
  snapshot(): Promise<string>;
  revert(id: string): Promise<void>;
}

export class DevnetSystem {
  readonly home: string;
  /** Our chain, its servers and its faucet. */
  readonly chain: Devnet;
  /** The EVM chains; none when they were left out. */
  readonly evm: readonly LocalEvmChain[];
  /** Attester and relayer; undefined without EVM chains. */
  readonly bridge: Bridge | undefined;
  /** The Orders API, and a key for it; undefined when it was left out. */
  readonly gateway: DevnetGateway | undefined;
  readonly time: DevnetTime;
  readonly #stop: () => Promise<void>;
  /** The snapshots of the parts, in the order of `#revertibles`. */
  readonly #snapshots = new Map<string, readonly string[]>();
  #snapshotCount = 0;
  /** The last of the works that must not overlap. Never rejects. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ home, chain, evm, bridge, gateway, stop }: SystemParts) {
    this.home = home;
    this.chain = chain;
    this.evm = evm;
    this.bridge = bridge;
    this.gateway = gateway;
    this.#stop = stop;
    this.time = {
      now: () => new Date(Number(this.#admin().nowNs / 1_000_000n)),
      advance: (seconds) => this.#inTurn(() => this.#advance(seconds)),
    };
  }

  /** The EVM chain of a name or a CCTP domain. Throws DevnetControlError when there is none. */
  evmChain(nameOrDomain: string | number): LocalEvmChain {
    const found = this.evm.find(({ name, domain }) => name === nameOrDomain || domain === nameOrDomain);
    if (found === undefined) throw new DevnetControlError(`there is no EVM chain ${nameOrDomain}`);
    return found;
  }

  /** Remembers how all parts stand. The id reverts to it once, as long as the devnet runs. */
  snapshot(): Promise<string> {
    return this.#whileBridgeRests(async () => {
      const ids: string[] = [];
      for (const part of this.#revertibles()) ids.push(await part.snapshot());
      this.#snapshotCount += 1;
      const id = String(this.#snapshotCount);
      this.#snapshots.set(id, ids);
      const [oldest] = this.#snapshots.keys();
      if (this.#snapshots.size > SNAPSHOTS_MAX && oldest !== undefined) this.#snapshots.delete(oldest);
      return id;
    });
  }

  /**
   * Takes blocks, state, waiting transactions and clocks of all parts back. The snapshot and those taken after it are
   * used up. Throws DevnetControlError on an unknown id.
   */
  revert(id: string): Promise<void> {
    return this.#whileBridgeRests(async () => {
      const ids = this.#snapshots.get(id);
      if (ids === undefined) throw new DevnetControlError(`there is no snapshot ${JSON.stringify(id)}`);
      for (const other of this.#snapshots.keys()) if (Number(other) >= Number(id)) this.#snapshots.delete(other);
      for (const [index, part] of this.#revertibles().entries()) await part.revert(ids[index]!);
    });
  }

  /**
   * Writes all parts with their history into a file, from which `createDevnet({ load })` goes on. The chains go on
   * meanwhile: each is written as it stands at some moment of the call. What attester, relayer and gateway had not seen
   * by then they find when they read the chains again.
   */
  dump(file: string): Promise<void> {
    return this.#whileBridgeRests(async () => {
      const folder = await mkdtemp(join(tmpdir(), "devnet-dump-"));
      try {
        const from = homeFiles(this.home);
        const to = homeFiles(folder);
        for (const key of ["genesis", "validatorKey", "nodeKey"] as const) await cp(from[key], to[key]);
        // First, so that no journal knows of a block that its chain does not have.
        const { attester, relayer } = this.bridge ?? {};
        await this.gateway?.copyTo(join(folder, "gateway"));
        if (attester !== undefined) await copyDatabase(attester.journalEntries(), join(folder, "attester"));
        if (relayer !== undefined) await copyDatabase(relayer.journalEntries(), join(folder, "relayer"));
        await this.chain.node.copyTo(to.data);
        for (const chain of this.evm) await chain.copyTo(evmFolder(folder, chain.name));
        await writeDump(folder, file);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  }

  /** Ends all parts, each with its state kept; removes the folder if it was a temporary one. */
  stop(): Promise<void> {
    return this.#inTurn(this.#stop);
  }

  /** Our chain first: the EVM chains set their clocks by its clock. Then who watches them. */
  #revertibles(): readonly Revertible[] {
    const { attester, relayer } = this.bridge ?? {};
    return [this.#admin(), ...this.evm, attester, relayer].filter((part) => part !== undefined);
  }

  /** Attester and relayer see nothing and send nothing meanwhile, so that all parts are of one moment. */
  #whileBridgeRests<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      const { attester, relayer } = this.bridge ?? {};
      await relayer?.pause();
      await attester?.pause();
      try {
        return await work();
      } finally {
        attester?.resume();
        relayer?.resume();
      }
    });
  }

  async #advance(seconds: number): Promise<void> {
    if (!Number.isSafeInteger(seconds) || seconds <= 0) {
      throw new DevnetControlError(`clocks move forward by whole seconds, not by ${seconds}`);
    }
    const admin = this.#admin();
    admin.advanceTime(BigInt(seconds) * NS_PER_SECOND);
    await admin.mine();
    await Promise.all(this.evm.map((chain) => chain.syncTime()));
  }

  #admin(): DevnetAdmin {
    const { admin } = this.chain.node;
    if (admin === undefined) throw new DevnetControlError("the devnet was started without controls");
    return admin;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
