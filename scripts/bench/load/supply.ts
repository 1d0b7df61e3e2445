// The operations of a load, made and signed ahead, so that they cost nothing while it is measured. Each account belongs to
// one lane, that is one connection: its transactions reach the node in the order of their sequences whatever other lanes do.

import { type Account, type LoadTx, signLoadTx } from "./accounts.ts";

/** A question to the node: method and parameters of a JSON-RPC call. */
export interface Question {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** One operation, ready to be sent. */
export interface Operation {
  /** What it is, for counting: the type of a message, or the method of a question. */
  readonly name: string;
  /** Method and parameters as members of a JSON object, without its braces and its id. */
  readonly call: string;
  /** The transaction in base64, which is waited for in a block; undefined for a question, which is done when answered. */
  readonly tx: string | undefined;
}

/** Where an operation stands in a load. */
export interface Place {
  /** Which account. */
  readonly at: number;
  /** The account's operation, counted from 0 over all loops of a run. */
  readonly round: number;
}

/** What an account does in a round. */
export type MakeOperation = (place: Place) => LoadTx | Question;

/** A question as an operation. */
export function operationOf({ method, params }: Question): Operation {
  return { name: method, call: `"method":"${method}","params":${JSON.stringify(params)}`, tx: undefined };
}

interface Lane {
  readonly accounts: readonly number[];
  /** Operations made so far. */
  made: number;
  readonly ready: Operation[];
  /** Those of `ready` that were taken. */
  taken: number;
}

/** Taken operations are let go when there are so many. */
const LET_GO = 1024;

/** Operations by lane. */
export class Supply {
  readonly #accounts: readonly Account[];
  readonly #make: MakeOperation;
  readonly #rounds: number;
  readonly #lanes: readonly Lane[];
  readonly #sequences: Float64Array;
  #made = 0;
  #madeLate = 0;
  #taken = 0;

  /** `rounds` is how often each account can do something. */
  constructor(accounts: readonly Account[], make: MakeOperation, lanes: number, rounds = Number.POSITIVE_INFINITY) {
    this.#accounts = accounts;
    this.#make = make;
    this.#rounds = rounds;
    const numbers = [...accounts.keys()];
    this.#lanes = Array.from({ length: lanes }, (_, lane) => ({
      accounts: numbers.filter((at) => at % lanes === lane),
      ...{ made: 0, ready: [], taken: 0 },
    }));
    this.#sequences = new Float64Array(accounts.length);
  }

  /** Operations that are ready. */
  get ready(): number {
    return this.#made - this.#taken;
  }

  /** Operations that can still be made or taken. */
  get left(): number {
    return this.#rounds * this.#accounts.length - this.#taken;
  }

  /** Operations that were not ready when they were wanted: making them is in what was measured. */
  get madeLate(): number {
    return this.#madeLate;
  }

  /** Makes operations until so many are ready, each lane its share. */
  prepare(count: number): void {
    const share = Math.ceil(count / this.#lanes.length);
    for (const lane of this.#lanes) {
      while (lane.ready.length - lane.taken < share && this.#add(lane));
    }
  }

  /** The next operation of a lane; undefined when it has none left. */
  take(index: number): Operation | undefined {
    const lane = this.#lanes[index]!;
    if (lane.taken === lane.ready.length) {
      if (!this.#add(lane)) return undefined;
      this.#madeLate += 1;
    }
    const operation = lane.ready[lane.taken];
    lane.taken += 1;
    this.#taken += 1;
    if (lane.taken === LET_GO) {
      lane.ready.splice(0, LET_GO);
      lane.taken = 0;
    }
    return operation;
  }

  /** Makes the lane's next operation; false when there is none. */
  #add(lane: Lane): boolean {
    const { accounts, made } = lane;
    const at = accounts[made % accounts.length];
    const round = Math.trunc(made / accounts.length);
    if (at === undefined || round >= this.#rounds) return false;
    lane.ready.push(this.#operation({ at, round }));
    lane.made += 1;
    this.#made += 1;
    return true;
  }

  #operation(place: Place): Operation {
    const wanted = this.#make(place);
    if ("method" in wanted) return operationOf(wanted);
    const { at } = place;
    const sequence = this.#sequences[at]!;
    this.#sequences[at] = sequence + 1;
    const signed = signLoadTx(this.#accounts[at]!, wanted, { accountNumber: BigInt(at), sequence: BigInt(sequence) });
    const tx = Buffer.from(signed).toString("base64");
    const name = wanted.typeUrl.slice(wanted.typeUrl.lastIndexOf(".") + 1);
    return { name, call: `"method":"broadcast_tx_sync","params":{"tx":"${tx}"}`, tx };
  }
}
