// Random histories of a chain: blocks with messages and replacements, forks that take blocks and their nonces away and
// bring some transactions again, also below finality, endpoints that fail, attesters that are started anew. Whatever
// happens, what was signed follows the rules:
//   - only messages of blocks that were on the chain, and final by the level they were signed at
//   - under one V1 nonce only one message, and replacements of it while it was on the chain
//   - for one place in a transaction one nonce, and for one V2 nonce one emitted message
//   - once the chain is quiet, everything on it is attested that is not refused

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { verifyAttestation } from "../cctp/attestation.ts";
import { emittedFormV2 } from "../cctp/attestedV2.ts";
import { addressToBytes32 } from "../cctp/bytes32.ts";
import { decodeMessageV1 } from "../cctp/messageV1.ts";
import { burnV1, burnV2, TOKEN_MESSENGER, word } from "../chains/testing/testMessages.ts";
import { toHex } from "../codec/bytes.ts";
import { sha256 } from "../crypto/hash.ts";
import { ChainFollower } from "./chainFollower.ts";
import type { AlarmKind, AttesterObserver } from "./events.ts";
import { Expirations } from "./expirations.ts";
import { FaultBook } from "./faults.ts";
import { Journal } from "./journal.ts";
import { KeyRing } from "./keyRing.ts";
import { Ledger } from "./ledger.ts";
import { type MessageRecord, recordKey } from "./messageRecord.ts";
import { isReplacement } from "./replacement.ts";
import { SimChain, type SimMessage, type SimTx } from "./testing/simChain.ts";
import { TEST_FEES, TEST_KEYS } from "./testing/testAttester.ts";

const FINALITY = { fast: 1, standard: 3 };
const RUNS = Number(process.env["HISTORIES"] ?? 60);
const SEED = Number(process.env["SEED"] ?? Date.now() % 1_000_000);

/** What was signed, and what the chain was then. */
interface Signature {
  readonly record: MessageRecord;
  /** Most blocks that stood on the message's block so far; undefined when it is not on the chain. */
  readonly depth: number | undefined;
  /** Other messages that were signed under its V1 nonce before, and are not on the chain. */
  readonly lost: readonly MessageRecord[];
}

type Step =
  | { readonly do: "mine"; readonly amounts: readonly number[] }
  | { readonly do: "replace"; readonly which: number }
  | { readonly do: "fork"; readonly depth: number; readonly again: number; readonly blocks: number }
  | { readonly do: "pass"; readonly failures: number }
  /** A pass during which the chain forks. */
  | {
      readonly do: "race";
      readonly depth: number;
      readonly again: number;
      readonly blocks: number;
      readonly after: number;
    }
  | { readonly do: "restart" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("mine" as const), amounts: fc.array(fc.nat(1_000_000), { maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("replace" as const), which: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("fork" as const),
      depth: fc.integer({ min: 1, max: 6 }),
      again: fc.nat(),
      blocks: fc.nat(7),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("pass" as const), failures: fc.constantFrom(0, 0, 0, 1, 3) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("race" as const),
      depth: fc.integer({ min: 1, max: 6 }),
      again: fc.nat(),
      blocks: fc.nat(7),
      after: fc.nat(12),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "restart" as const }) },
);

/** An attester of one simulated chain, without servers. */
class History {
  readonly chain = new SimChain(0, FINALITY);
  readonly signatures: Signature[] = [];
  readonly alarms: AlarmKind[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), "history-"));
  #txs = 0;
  #journal: Journal | undefined;
  #follower: ChainFollower | undefined;

  async open(): Promise<void> {
    const journal = await Journal.open(this.#folder);
    const observer: AttesterObserver = {
      seen: () => undefined,
      attested: (record) => {
        this.signatures.push({ record, depth: this.#depthOf(record), lost: this.#lostBeside(record) });
      },
      forgotten: () => undefined,
      alarm: (kind) => this.alarms.push(kind),
      progressed: () => undefined,
      incident: () => undefined,
      passFailed: (_chain, error) => {
        if (error.name !== "ChainReadError" && error.constructor !== Error) throw error;
      },
    };
    const base = {
      journal,
      keys: new KeyRing(TEST_KEYS),
      fees: TEST_FEES,
      faults: new FaultBook(),
      observer,
      nowMs: Date.now,
    };
    const ledger = await Ledger.open({ ...base, fast: { allowance: 1n << 60n, amountMax: 1n << 60n } }, [0]);
    const messenger = addressToBytes32(TOKEN_MESSENGER);
    const chain = {
      reader: this.chain,
      messengers: { 1: messenger, 2: messenger },
      startHeight: 0n,
      retryMs: 1e6,
      rewindMs: -1,
    };
    this.#journal = journal;
    this.#follower = new ChainFollower(chain, { ...base, ledger, expirations: new Expirations([], Date.now) });
    this.#follower.start();
    await this.#follower.idle();
  }

  async close(): Promise<void> {
    await this.#follower?.stop();
    await this.#journal?.close();
  }

  async end(): Promise<void> {
    await this.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** How many blocks have ever stood on a message's block; undefined when it is not on the chain, or not there. */
  #depthOf(record: MessageRecord): number | undefined {
    const isThere = this.chain.emitted.some(
      ({ blockHash, txHash, message }) =>
        blockHash === record.blockHash &&
        txHash === `0x${record.txHash}` &&
        Buffer.compare(message, record.message) === 0,
    );
    return isThere ? this.chain.deepest(record.blockHash) : undefined;
  }

  #lostBeside({ version, nonce, message }: MessageRecord): readonly MessageRecord[] {
    if (version === 2) return [];
    const isOnChain = (bytes: Uint8Array) =>
      this.chain.emitted.some((sent) => Buffer.compare(sent.message, bytes) === 0);
    return this.signatures
      .map(({ record }) => record)
      .filter((other) => other.version === 1 && other.nonce === nonce && Buffer.compare(other.message, message) !== 0)
      .filter((other) => !isOnChain(other.message));
  }

  #tx(messages: readonly SimMessage[]): SimTx {
    this.#txs += 1;
    return { txHash: toHex(sha256(Buffer.from(`tx ${this.#txs}`))), messages };
  }

  async take(action: Step): Promise<void> {
    if (action.do === "mine") this.chain.mine(action.amounts.map((amount) => this.#tx(messagesOf(amount))));
    else if (action.do === "replace") this.#replace(action.which);
    else if (action.do === "fork") this.#fork(action);
    else if (action.do === "pass") await this.pass(action.failures);
    else if (action.do === "race") {
      this.chain.interrupt = { afterCalls: action.after, act: () => this.#fork(action) };
      await this.pass();
      this.chain.interrupt = undefined;
    } else {
      await this.close();
      await this.open();
    }
  }

  /** The contract replaces a message only when its attestation is shown. */
  #replace(which: number): void {
    const onChain = this.signatures.filter(
      (each) => each.record.version === 1 && this.#depthOf(each.record) !== undefined,
    );
    const original = onChain[which % Math.max(1, onChain.length)]?.record;
    if (original === undefined) return;
    const nonce = decodeMessageV1(original.message).nonce;
    const bytes = burnV1({ nonce, amount: 7n, recipient: word(which % 250) });
    this.chain.mine([this.#tx([{ version: 1, bytes, isReplacement: true }])]);
  }

  #fork({ depth, again, blocks }: { depth: number; again: number; blocks: number }): void {
    const dropped = this.chain.drop(depth);
    // Some of the transactions come again, in another order; replacements only with what they replace, so: never.
    const chosen = dropped.filter(
      (tx, index) => ((again >> (index % 16)) & 1) === 1 && !tx.messages.some((m) => m.isReplacement),
    );
    if (again % 2 === 0) chosen.reverse();
    for (let block = 0; block < blocks; block++) this.chain.mine(block === 0 ? chosen : []);
  }

  async pass(failures = 0): Promise<void> {
    this.chain.failures = failures;
    this.#follower?.poke();
    await this.#follower?.idle();
    this.chain.failures = 0;
  }

  async records(): Promise<readonly MessageRecord[]> {
    return (await this.#journal?.recordsOfChain(0)) ?? [];
  }
}

/** V1 and V2 messages by turns; every burn of V1 moves the same, so that only place and recipient tell them apart. */
function messagesOf(amount: number): readonly SimMessage[] {
  const recipient = word(amount % 250);
  if (amount % 3 === 0) return [{ version: 1, bytes: burnV1({ amount: 7n, recipient }) }];
  const fast: SimMessage = {
    version: 2,
    bytes: burnV2({ amount: BigInt(amount), maxFee: 100n, minFinality: 1000, recipient }),
  };
  if (amount % 3 === 1) return [fast, { version: 2, bytes: burnV2({ recipient }) }];
  return [{ version: 1, bytes: burnV1({ amount: 7n, recipient }) }, fast];
}

function checkSignatures(signatures: readonly Signature[]): void {
  const nonceOfPlace = new Map<string, string>();
  const emittedOfNonce = new Map<string, string>();
  const messagesOfNonce = new Map<string, MessageRecord[]>();
  for (const { record, depth, lost } of signatures) {
    const { attested, version, nonce } = record;
    if (attested === undefined) throw new Error("told as attested without being so");
    expect(depth, "signed what was not on the chain").toBeDefined();
    expect(depth).toBeGreaterThanOrEqual(FINALITY[attested.level]);
    expect(lost, "another message of this nonce is signed and lost").toEqual([]);
    const set = version === 1 ? TEST_KEYS.v1 : TEST_KEYS.v2;
    const attesters = new KeyRing(TEST_KEYS).currentKeys(version).map(({ address }) => address);
    expect(
      verifyAttestation(attested.message, attested.attestation, {
        attesters,
        threshold: set.threshold,
        strictEvm: true,
      }).ok,
    ).toBe(true);
    const place = recordKey(record);
    expect(nonceOfPlace.get(place) ?? nonce, "two nonces for one place").toBe(nonce);
    nonceOfPlace.set(place, nonce);
    if (version === 2) {
      const emitted = toHex(emittedFormV2(attested.message, { isBurn: record.isBurn }));
      expect(emittedOfNonce.get(nonce) ?? emitted, "two messages under one nonce").toBe(emitted);
      emittedOfNonce.set(nonce, emitted);
      continue;
    }
    const before = messagesOfNonce.get(nonce) ?? [];
    for (const other of before) {
      const isSame = Buffer.compare(other.message, record.message) === 0;
      expect(isSame || isReplacement(other, record), "two messages under one V1 nonce").toBe(true);
    }
    messagesOfNonce.set(nonce, [...before, record]);
  }
}

/** The chain forks after the end of what was read was found on it, and before the blocks above were read. */
const FORK_BELOW_A_SCAN: readonly Step[] = [
  { do: "fork", depth: 1, again: 0, blocks: 1 },
  { do: "restart" },
  { do: "mine", amounts: [0] },
  { do: "race", depth: 2, again: 1, blocks: 2, after: 2 },
];

/** A message is settled, and a fork below it brings another one with its nonce. */
const FORK_BELOW_A_SETTLED_MESSAGE: readonly Step[] = [
  { do: "mine", amounts: [0] },
  { do: "mine", amounts: [] },
  { do: "mine", amounts: [] },
  { do: "pass", failures: 0 },
  { do: "mine", amounts: [2276] },
  { do: "pass", failures: 0 },
  { do: "fork", depth: 4, again: 2, blocks: 1 },
  { do: "mine", amounts: [] },
  { do: "pass", failures: 0 },
  { do: "race", depth: 1, again: 0, blocks: 0, after: 0 },
];

test("property: what is signed follows the rules, whatever the chain does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const history = new History();
      try {
        await history.open();
        for (const action of steps) await history.take(action);
        for (let block = 0; block <= FINALITY.standard; block++) history.chain.mine();
        await history.pass();
        checkSignatures(history.signatures);
        const records = new Map(
          (await history.records()).map((record) => [`${record.txHash}/${toHex(record.message)}`, record]),
        );
        for (const { txHash, message } of history.chain.emitted) {
          const record = records.get(`${txHash.slice(2)}/${toHex(message)}`);
          if (record === undefined) expect(history.alarms).toContain("content_changed");
          else expect(record.attested !== undefined || record.refused).toBe(true);
        }
      } finally {
        await history.end();
      }
    }),
    { numRuns: RUNS, seed: SEED, examples: [[[...FORK_BELOW_A_SCAN]], [[...FORK_BELOW_A_SETTLED_MESSAGE]]] },
  );
});
