// What a handler knows of the world: the block it runs in, its gas, its events and its view of the state.

import { cacheMultiStore } from "../store/cacheStore.ts";
import type { KvStore } from "../store/kvStore.ts";
import type { LayerStore } from "../store/multiStore.ts";
import { EventManager } from "./events.ts";
import type { GasMeter } from "./gas.ts";
import { gasStore } from "./gasStore.ts";

/** Why code is running. Only `finalize` ever reaches the committed state. */
export type ExecMode = "genesis" | "check" | "recheck" | "simulate" | "finalize" | "query";

/** The block that execution is part of; for checks and queries, the last committed one. */
export interface BlockInfo {
  readonly chainId: string;
  /** 1 for the first block. Bounded by 2^53: one block per microsecond for 285 years. */
  readonly height: number;
  /** Nanoseconds since 1970, from the block header. */
  readonly timeNs: bigint;
  /** The 20-byte consensus address of the proposer. */
  readonly proposerAddress: Uint8Array;
  /** What consensus tells of the validators; for the block hooks only. */
  readonly consensus?: ConsensusReport | undefined;
}

/** What consensus tells with a block. */
export interface ConsensusReport {
  /** Who of the validators of the block before signed it; in the order of the set. Empty at block 1. */
  readonly votes: readonly BlockVote[];
  /** What validators were proven to have done. */
  readonly misbehavior: readonly BlockMisbehavior[];
  /** Of the set that is to vote on the next block. */
  readonly nextValidatorsHash: Uint8Array;
  /** The app hash of the block before. */
  readonly lastAppHash: Uint8Array;
}

/** Whether a validator signed the block before. */
export interface BlockVote {
  /** 20 bytes. */
  readonly address: Uint8Array;
  readonly power: bigint;
  /** Neither for the block nor for none: its vote was not there. */
  readonly isAbsent: boolean;
}

/** A validator that voted twice, or for a false header. */
export interface BlockMisbehavior {
  readonly address: Uint8Array;
  readonly power: bigint;
  /** When it did. */
  readonly height: bigint;
}

/** All that a context consists of. */
export interface ContextParts {
  readonly block: BlockInfo;
  readonly mode: ExecMode;
  readonly gas: GasMeter;
  readonly events: EventManager;
  readonly stores: LayerStore;
}

/** A view of the world for one execution. Cheap to make; never stored. */
export class Context {
  readonly block: BlockInfo;
  readonly mode: ExecMode;
  readonly gas: GasMeter;
  readonly events: EventManager;
  readonly stores: LayerStore;
  /** The store that was asked for last. PERF: most steps of an execution ask for the same one again. */
  #kvName = "";
  #kv: KvStore | undefined;

  constructor(parts: ContextParts) {
    this.block = parts.block;
    this.mode = parts.mode;
    this.gas = parts.gas;
    this.events = parts.events;
    this.stores = parts.stores;
  }

  /** A module's store; reads and writes are charged to this context's gas meter. */
  kv(name: string): KvStore {
    if (this.#kv === undefined || this.#kvName !== name) {
      this.#kv = gasStore(this.stores.store(name), this.gas);
      this.#kvName = name;
    }
    return this.#kv;
  }

  /** This context with some parts replaced. */
  with(parts: Partial<ContextParts>): Context {
    return new Context({
      block: parts.block ?? this.block,
      mode: parts.mode ?? this.mode,
      gas: parts.gas ?? this.gas,
      events: parts.events ?? this.events,
      stores: parts.stores ?? this.stores,
    });
  }

  /**
   * Runs something in this context; when it throws, its writes and events are undone, and the gas stays used. In the SDK
   * this is a CacheContext that is written on success.
   */
  attempt<T>(run: () => T): T {
    const { count } = this.events;
    try {
      return this.stores.attempt(run);
    } catch (thrown) {
      this.events.dropAfter(count);
      throw thrown;
    }
  }

  /** A context whose writes and events reach this one only when `write` is called: for what may be dropped after all. */
  branch(): { ctx: Context; write: () => void } {
    const stores = cacheMultiStore(this.stores);
    const events = new EventManager();
    const ctx = this.with({ stores, events });
    const write = () => {
      stores.write();
      this.events.emitAll(events.list());
    };
    return { ctx, write };
  }
}
