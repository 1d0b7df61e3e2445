// Faults that somebody asked for, to see what others make of them. Without any, the attester does what it should.

import { ConfigTable } from "../chains/configTable.ts";
import { destinationOf, hashText, type MessageRecord, txHashOf } from "./messageRecord.ts";

/** What is shown wrongly, and how long `times` lasts: so many answers. */
const SHOWN_FAULTS = ["pending", "not_found", "late", "reordered", "rate_limited", "reattested"] as const;
/** What is attested wrongly: so many messages. */
const SIGNED_FAULTS = ["expired", "wrong_fee", "allowance_exhausted", "reorg_after_fast"] as const;

export type FaultKind = (typeof SHOWN_FAULTS)[number] | (typeof SIGNED_FAULTS)[number];

/** What a fault is for; everything that is given must agree. Nothing given is everything. */
export interface FaultMatch {
  /** Of the message as emitted, or as attested; `0x…` in lower case. */
  readonly messageHash?: string | undefined;
  /** As records have it. */
  readonly txHash?: string | undefined;
  /** Of the source chain. */
  readonly domain?: number | undefined;
  readonly destination?: number | undefined;
  readonly version?: number | undefined;
  /** As the service tells it. */
  readonly nonce?: string | undefined;
}

/** A fault as somebody asks for it. */
export interface FaultRequest {
  readonly kind: FaultKind;
  readonly match?: FaultMatch | undefined;
  /** Goes away after so many; until it is removed when left out. */
  readonly times?: number | undefined;
  /** `late`: complete so long after it is. Milliseconds. */
  readonly delayMs?: number | undefined;
  /** `wrong_fee`: base units; one more than the burner allows when left out. */
  readonly feeExecuted?: bigint | undefined;
}

/** A fault that is at work. */
export interface Fault extends FaultRequest {
  readonly id: string;
  /** How often it did something. */
  readonly applied: number;
}

/** What is asked about: a record, or no more than a request says. */
export type FaultSubject = Readonly<Partial<Record<keyof FaultMatch, string | number>>> & {
  readonly hashes?: readonly string[];
};

/** Most faults at one time. */
export const FAULTS_MAX = 256;
const TIMES = { min: 1, max: 1_000_000 };
const DELAY_MS = { min: 0, max: 86_400_000 };
const UINT32 = { min: 0, max: 0xffff_ffff };
const MAX_UINT256_DIGITS = /^(?:0|[1-9][0-9]{0,77})$/;

/** The faults of one attester, oldest first: of several that match, the oldest works. */
export class FaultBook {
  readonly #faults = new Map<string, Fault>();
  #lastId = 0;

  /** Throws a RangeError when there are too many. */
  add(request: FaultRequest): Fault {
    if (this.#faults.size >= FAULTS_MAX) throw new RangeError(`more than ${FAULTS_MAX} faults`);
    this.#lastId += 1;
    const fault = { ...request, id: String(this.#lastId), applied: 0 };
    this.#faults.set(fault.id, fault);
    return fault;
  }

  /** Whether there was one. */
  remove(id: string): boolean {
    return this.#faults.delete(id);
  }

  clear(): void {
    this.#faults.clear();
  }

  list(): readonly Fault[] {
    return [...this.#faults.values()];
  }

  /** The fault of a kind that is at work on a subject; it counts as applied. */
  take(kind: FaultKind, subject: FaultSubject): Fault | undefined {
    const fault = this.find(kind, subject);
    if (fault === undefined) return undefined;
    const applied = fault.applied + 1;
    if (fault.times !== undefined && applied >= fault.times) this.#faults.delete(fault.id);
    else this.#faults.set(fault.id, { ...fault, applied });
    return fault;
  }

  /** The same without counting. */
  find(kind: FaultKind, subject: FaultSubject): Fault | undefined {
    // Nearly always there are none.
    if (this.#faults.size === 0) return undefined;
    return this.list().find((fault) => fault.kind === kind && isMatch(fault.match ?? {}, subject));
  }
}

function isMatch(match: FaultMatch, subject: FaultSubject): boolean {
  return Object.entries(match).every(([key, value]) => {
    if (value === undefined) return true;
    return key === "messageHash"
      ? subject.hashes?.includes(String(value)) === true
      : subject[key as keyof FaultMatch] === value;
  });
}

/** A record as a subject. */
export function subjectOf(record: MessageRecord): FaultSubject {
  const { domain, txHash, version, nonce, attested } = record;
  const hashes = [hashText(record.message), ...(attested === undefined ? [] : [hashText(attested.message)])];
  return { domain, txHash, version, nonce, destination: destinationOf(record), hashes };
}

/** A fault from JSON that somebody sent. Throws ConfigError. */
export function parseFault(value: unknown): FaultRequest {
  const table = new ConfigTable(value, "");
  const kinds: readonly string[] = [...SHOWN_FAULTS, ...SIGNED_FAULTS];
  const kind = table.text("kind");
  if (kind === undefined || !kinds.includes(kind)) return table.fail("kind", `expected one of ${kinds.join(", ")}`);
  const request: FaultRequest = {
    // It is one of the kinds: this was checked.
    kind: kind as FaultKind,
    match: parseMatch(table.table("match")),
    times: table.integer("times", TIMES),
    delayMs: table.integer("delayMs", DELAY_MS),
    feeExecuted: parseFee(table.textLike("feeExecuted", MAX_UINT256_DIGITS, "base units as text")),
  };
  if (kind === "late" && request.delayMs === undefined) table.fail("delayMs", "is missing");
  if (kind !== "late" && request.delayMs !== undefined) table.fail("delayMs", "is for late only");
  if (kind !== "wrong_fee" && request.feeExecuted !== undefined) table.fail("feeExecuted", "is for wrong_fee only");
  table.end();
  return request;
}

function parseFee(text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : BigInt(text);
}

function parseMatch(table: ConfigTable | undefined): FaultMatch | undefined {
  if (table === undefined) return undefined;
  const txText = table.text("txHash");
  const txHash = txText === undefined ? undefined : txHashOf(txText);
  if (txText !== undefined && txHash === undefined) table.fail("txHash", "expected 64 hex digits");
  const match: FaultMatch = {
    messageHash: table.textLike("messageHash", /^0x[0-9a-f]{64}$/i, "0x and 64 hex digits")?.toLowerCase(),
    txHash,
    domain: table.integer("domain", UINT32),
    destination: table.integer("destination", UINT32),
    version: table.integer("version", { min: 1, max: 2 }),
    nonce: table.text("nonce")?.toLowerCase(),
  };
  table.end();
  return match;
}

/** A fault as JSON. */
export function faultJson({ feeExecuted, ...fault }: Fault): object {
  return { ...fault, ...(feeExecuted === undefined ? {} : { feeExecuted: String(feeExecuted) }) };
}
