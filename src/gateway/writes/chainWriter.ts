// Puts requests into transactions and follows each to its end. The journal knows of a transaction before a node does; after
// a kill it is looked up by its hash, or the same bytes are sent again. Messages are signed anew only when their transaction
// is in no block and the chain's time is past its end, or when its one and only sending was refused.

import { randomInt } from "node:crypto";
import { AuthInfo, TxBody, TxRaw } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import type { Params as PriceList } from "../../../gen/stateset/fees/v1/fees.ts";
import { messageFailures, msgResponsesOf } from "../../codec/independentTx.ts";
import { requiredAmount } from "../../codec/priceList.ts";
import {
  ErrInsufficientFee,
  ErrInsufficientFunds,
  ErrOutOfGas,
  ErrTxTimeout,
  ErrUnknownAddress,
} from "../../codec/sdkErrors.ts";
import { parseTimeNs, timestampToNs } from "../../codec/time.ts";
import { type ChainRefusal, Problem } from "../http/problem.ts";
import type { PendingWrite, SignedTxRequest, SignedTxWriter, WriteOutcome, WriteRequest } from "../parts.ts";
import type { Database } from "../sql/database.ts";
import { ChainFollower } from "./chainFollower.ts";
import { chargedTypes } from "./chargedTypes.ts";
import { GasBook, MESSAGE_GAS_MAX } from "./gasBook.ts";
import { ClaimLostError, type Conclusion, Journal, type OpenTxRow, type Verdict, type WriteRow } from "./journal.ts";
import { Lane, type LaneLimits } from "./lane.ts";
import { LiveWrite } from "./liveWrite.ts";
import type { BroadcastAnswer, FoundTx, NodeRpc, TxResult } from "./nodeRpc.ts";
import { signTx, txHashOf } from "./signTx.ts";

/** Private keys of the accounts that sign for API keys. */
export interface SignerKeys {
  /** Rejects when the gateway has no key of that account. */
  privKeyOf(signer: string): Promise<Uint8Array>;
}

/** What is made known of failures that lose nothing. */
export type WarnOf = (what: string, error: unknown) => void;

export interface WriterParts {
  readonly database: Database;
  readonly node: NodeRpc;
  readonly chainId: string;
  readonly keys: SignerKeys;
  readonly nowMs: () => number;
  readonly warn: WarnOf;
  /** What is known of gas before anything was sent. */
  readonly gas?: GasBook | undefined;
}

/** How a writer works. */
export interface WriterOptions extends LaneLimits {
  /** Writes that wait to be signed, of all signers. */
  readonly queueMax: number;
  /** A write that was not signed by then is refused. */
  readonly queueWaitMs: number;
  /** How long a transaction is valid; the chain's maximum is ten minutes. */
  readonly validMs: number;
  readonly resendAfterMs: number;
  /** A node that is silent for longer is away: nothing new is taken. */
  readonly silentMs: number;
  /** A node's index may be behind its blocks by this. */
  readonly indexLagMs: number;
  /** How often messages are signed. */
  readonly attemptsMax: number;
  /** How long ended writes are kept: at least as long as idempotency keys. */
  readonly keepMs: number;
  /** What another gateway has not looked after for so long is taken over. */
  readonly adoptAfterMs: number;
}

export const DEFAULT_WRITER_OPTIONS: WriterOptions = Object.freeze({
  gatherMs: 4,
  pipelinedMax: 4,
  batchMessagesMax: 100,
  batchBytesMax: 256 * 1024,
  batchGasMax: 200_000_000,
  queueMax: 10_000,
  queueWaitMs: 10_000,
  validMs: 60_000,
  resendAfterMs: 2_000,
  silentMs: 3_000,
  indexLagMs: 1_500,
  attemptsMax: 6,
  keepMs: 7 * 86_400_000,
  adoptAfterMs: 15_000,
});

/** Bytes of one message, and of a transaction that a client signed. */
export const MESSAGE_BYTES_MAX = 192 * 1024;
const TICK_MS = 250;
const PRUNE_EVERY_MS = 600_000;
/** The chain takes no transaction that is valid for longer than ten minutes after its last block. */
const VALID_NS_MAX = 590_000_000_000n;
/** Beyond so many signers those that have nothing to do are forgotten. */
const SIGNERS_KEPT = 1_000;
const POLL_MS = 500;
/** A client's own transaction without an end is looked for this long. */
const CLIENT_VALID_NS = 120_000_000_000n;
const NS_PER_MS = 1_000_000n;

/** A transaction whose fate is not known yet. */
interface OpenTx {
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly lane: Lane | undefined;
  readonly signer: string;
  readonly writes: readonly LiveWrite[];
  readonly fee: bigint;
  readonly voidAfterNs: bigint;
  /** The client signed it: it is never signed anew. */
  readonly isClients: boolean;
  sendings: number;
  sentMs: number;
  /** Since when its time is over. */
  overSinceMs: number | undefined;
  /** In a block, but its messages did not run: somebody could still send it again. */
  failed: TxResult | undefined;
  isBusy: boolean;
}

/** Facts of the chain that signing needs, kept until something is refused. */
interface SignerFacts {
  readonly lane: Lane;
  accountNumber: bigint | undefined;
}

/** The writer of one gateway. */
export class ChainWriter implements SignedTxWriter {
  readonly #parts: WriterParts;
  readonly #options: WriterOptions;
  readonly #journal: Journal;
  readonly #gas: GasBook;
  readonly #follower: ChainFollower;
  readonly #open = new Map<string, OpenTx>();
  readonly #live = new Map<string, LiveWrite>();
  readonly #byIdempotencyKey = new Map<string, LiveWrite>();
  readonly #signers = new Map<string, SignerFacts>();
  #prices: Promise<PriceList | undefined> | undefined;
  #queued = 0;
  #tick: NodeJS.Timeout | undefined;
  #adoptedMs = 0;
  #prunedMs = 0;
  #isClosed = false;
  readonly #background = new Set<Promise<void>>();

  constructor(parts: WriterParts, options: Partial<WriterOptions> = {}) {
    this.#parts = parts;
    this.#options = { ...DEFAULT_WRITER_OPTIONS, ...options };
    this.#gas = parts.gas ?? new GasBook();
    this.#journal = new Journal(parts.database);
    this.#follower = new ChainFollower(parts.node, this.#listener(), parts.nowMs);
  }

  /** Begins to follow the chain, and takes on what earlier processes left. Rejects with DatabaseError. */
  async start(): Promise<void> {
    await this.#adopt(0);
    this.#follower.start();
    this.#tick = setInterval(() => this.#work(), TICK_MS);
  }

  /** Stops. What is open stays in the journal, for the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#tick);
    this.#follower.stop();
    const closing = new Problem("chain_unavailable", { detail: "the gateway is closing", retryAfterSeconds: 1 });
    for (const { lane } of this.#signers.values()) for (const write of lane.drop()) write.refuse(closing);
    await Promise.allSettled(this.#background);
    for (const write of this.#live.values()) write.done.reject(new Error("the gateway closed before the outcome came"));
  }

  /** Whether the node has answered. */
  get isReady(): boolean {
    return this.#follower.place !== undefined;
  }

  /** How much waits: to be signed, and for blocks. */
  get load(): { readonly queued: number; readonly open: number } {
    return { queued: this.#queued, open: this.#open.size };
  }

  async submit({ apiKey, message, idempotencyKey }: WriteRequest): Promise<PendingWrite> {
    if (message.value.length > MESSAGE_BYTES_MAX) {
      throw new Problem("payload_too_large", "this makes a message that is too large for the chain");
    }
    this.#requireRoom();
    const known = this.#byIdempotencyKey.get(idempotencyName(apiKey.id, idempotencyKey));
    if (known !== undefined) {
      requireSameType(known.message.typeUrl, message);
      return known.accepted.promise;
    }
    const write = new LiveWrite({ apiKeyId: apiKey.id, idempotencyKey, message, nowMs: this.#parts.nowMs() });
    this.#remember(write);
    this.#queued += 1;
    const leave = () => {
      this.#queued -= 1;
    };
    write.accepted.promise.then(leave, leave);
    this.#laneOf(apiKey.signer).add(write);
    return write.accepted.promise;
  }

  async submitSigned(request: SignedTxRequest): Promise<PendingWrite> {
    const { apiKey, bytes, idempotencyKey } = request;
    const { messages, fee, voidAfterNs } = this.#readSigned(request);
    this.#requireRoom();
    const hash = txHashOf(bytes);
    const before = (await this.#journal.ofTx(hash))[0];
    if (before !== undefined) {
      if (before.api_key_id !== apiKey.id) throw new Problem("conflict", "this transaction was sent before");
      return this.#pendingOf(before);
    }
    const nowMs = this.#parts.nowMs();
    const write = new LiveWrite({ apiKeyId: apiKey.id, idempotencyKey, message: messages[0]!, nowMs });
    await this.#journal.insert({ ...{ hash, bytes, voidAfterNs, fee }, signer: "", writes: [write], isAgain: false });
    this.#remember(write);
    const tx = openTx({ ...{ hash, bytes, voidAfterNs, fee }, signer: "", lane: undefined, writes: [write] });
    this.#open.set(hash, tx);
    write.accepted.resolve(write.pending);
    this.#inBackground(this.#broadcast(tx));
    return write.pending;
  }

  async find(apiKeyId: string, writeId: string): Promise<PendingWrite | undefined> {
    const live = this.#live.get(writeId);
    if (live !== undefined) return live.apiKeyId === apiKeyId ? live.pending : undefined;
    const row = await this.#journal.find(writeId);
    return row === undefined || row.api_key_id !== apiKeyId ? undefined : this.#pendingOf(row);
  }

  // Taking in

  #requireRoom(): void {
    if (this.#isClosed || this.#follower.silentMs > this.#options.silentMs)
      throw unavailable("the chain does not answer");
    if (this.#queued >= this.#options.queueMax) throw unavailable("too many writes wait already");
  }

  #remember(write: LiveWrite): void {
    const name = idempotencyName(write.apiKeyId, write.idempotencyKey);
    this.#live.set(write.id, write);
    if (name !== "") this.#byIdempotencyKey.set(name, write);
    const forget = () => {
      this.#live.delete(write.id);
      if (this.#byIdempotencyKey.get(name) === write) this.#byIdempotencyKey.delete(name);
    };
    write.done.promise.then(forget, forget);
  }

  #laneOf(signer: string): Lane {
    return this.#factsOf(signer).lane;
  }

  #factsOf(signer: string): SignerFacts {
    const known = this.#signers.get(signer);
    if (known !== undefined) return known;
    const lane = new Lane(this.#options, this.#gas, (batch, isAgain) => this.#send(signer, batch, isAgain));
    const facts = { lane, accountNumber: undefined };
    this.#signers.set(signer, facts);
    return facts;
  }

  /** A write of the journal whose outcome is known, or comes by another process or this one. */
  #pendingOf(row: WriteRow): PendingWrite {
    const live = this.#live.get(row.id);
    if (live !== undefined) return live.pending;
    const outcome = row.state === "sent" || row.state === "waiting" ? this.#poll(row.id) : outcomeOf(row);
    outcome.catch(() => undefined);
    return { id: row.id, outcome };
  }

  async #poll(id: string): Promise<WriteOutcome> {
    while (!this.#isClosed) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      const live = this.#live.get(id);
      if (live !== undefined) return live.done.promise;
      const row = await this.#journal.find(id);
      if (row === undefined) throw unavailable("this write was forgotten");
      if (row.state !== "sent" && row.state !== "waiting") return outcomeOf(row);
    }
    throw new Error("the gateway closed before the outcome came");
  }

  #readSigned({ bytes, allow }: SignedTxRequest): {
    readonly messages: readonly Any[];
    readonly fee: bigint;
    readonly voidAfterNs: bigint;
  } {
    if (bytes.length > MESSAGE_BYTES_MAX) throw new Problem("payload_too_large", "the transaction is too large");
    try {
      const raw = TxRaw.decode(bytes);
      const { messages, timeoutTimestamp } = TxBody.decode(raw.bodyBytes);
      const fees = AuthInfo.decode(raw.authInfoBytes).fee?.amount ?? [];
      if (messages.length === 0 || raw.signatures.length === 0) throw new Error("no messages, or no signatures");
      allow(messages);
      const latest = BigInt(this.#parts.nowMs()) * NS_PER_MS + CLIENT_VALID_NS;
      const own = timeoutTimestamp === undefined ? latest : timestampToNs(timeoutTimestamp);
      return {
        messages,
        fee: fees.reduce((sum, { amount }) => sum + BigInt(amount), 0n),
        voidAfterNs: own < latest ? own : latest,
      };
    } catch (cause) {
      if (cause instanceof Problem) throw cause;
      throw new Problem("invalid_request", "these bytes are no signed transaction", { cause });
    }
  }

  // Signing and sending

  /** Signs and journals a batch, and sends it. */
  async #send(signer: string, given: readonly LiveWrite[], isAgain: boolean): Promise<void> {
    const { lane } = this.#factsOf(signer);
    let batch = given;
    try {
      if (!isAgain) batch = await this.#withoutKnown(given);
      if (batch.length === 0) return lane.freed();
      const tx = await this.#sign(signer, lane, batch);
      await this.#journal.insert({ ...tx, isAgain });
      for (const write of batch) write.attempts += 1;
      this.#open.set(tx.hash, tx);
      for (const write of batch) write.accepted.resolve(write.pending);
      this.#inBackground(this.#broadcast(tx));
    } catch (error) {
      lane.freed();
      this.#notSigned(batch, error, isAgain);
    }
  }

  /** New writes are refused. Those that are signed anew stay in the journal, where they are found again. */
  #notSigned(batch: readonly LiveWrite[], error: unknown, isAgain: boolean): void {
    if (!isAgain) {
      for (const write of batch) write.refuse(error);
      return;
    }
    if (!(error instanceof ClaimLostError)) this.#parts.warn("writes could not be signed anew", error);
    for (const { id, done } of batch) {
      this.#live.delete(id);
      const later = this.#poll(id);
      done.resolve(later);
    }
  }

  /** Answers the writes whose idempotency keys the journal knows, and gives the others. */
  async #withoutKnown(batch: readonly LiveWrite[]): Promise<readonly LiveWrite[]> {
    const keyed = batch.flatMap(({ apiKeyId, idempotencyKey }) =>
      idempotencyKey === undefined ? [] : [{ apiKeyId, idempotencyKey }],
    );
    const rows = await this.#journal.ofIdempotencyKeys(keyed);
    if (rows.length === 0) return batch;
    const known = new Map(rows.map((row) => [idempotencyName(row.api_key_id, row.idempotency_key ?? undefined), row]));
    return batch.filter((write) => {
      const row = known.get(idempotencyName(write.apiKeyId, write.idempotencyKey));
      if (row === undefined) return true;
      try {
        requireSameType(row.type_url, write.message);
        const pending = this.#pendingOf(row);
        write.accepted.resolve(pending);
        write.done.resolve(pending.outcome);
      } catch (error) {
        write.refuse(error);
      }
      return false;
    });
  }

  async #sign(signer: string, lane: Lane, writes: readonly LiveWrite[]): Promise<OpenTx> {
    const { chainId, keys } = this.#parts;
    const messages = writes.map(({ message }) => message);
    const place = this.#follower.place;
    if (place === undefined) throw unavailable("the chain does not answer");
    const privKey = await keys.privKeyOf(signer);
    const prices = await this.#priceList();
    const gasLimit = this.#gas.limit(messages);
    const amount =
      prices === undefined
        ? 0n
        : requiredAmount(
            prices,
            messages.flatMap((one) => chargedTypes(one)),
            gasLimit,
          );
    const voidAfterNs = this.#voidAfter(place.timeNs);
    const accountNumber = await this.#accountNumber(signer);
    const fee = { denom: prices?.denom ?? "", amount };
    const signed = signTx({ chainId, accountNumber, privKey, messages, gasLimit, fee, voidAfterNs });
    return openTx({ ...signed, signer, lane, writes, fee: amount, voidAfterNs });
  }

  /**
   * No two transactions of a signer may end at the same time, also of two gateways: the nanoseconds are random. A chain
   * that makes no empty blocks may stand at an old time; then a transaction may be void in the block that it causes, and
   * its messages go into the next.
   */
  #voidAfter(blockTimeNs: bigint): bigint {
    const nowNs = BigInt(this.#parts.nowMs()) * NS_PER_MS;
    const base = nowNs > blockTimeNs ? nowNs : blockTimeNs;
    const wanted = base + BigInt(this.#options.validMs) * NS_PER_MS;
    const latest = blockTimeNs + VALID_NS_MAX;
    const end = wanted < latest ? wanted : latest;
    return end - (end % 1_000_000_000n) + BigInt(randomInt(1_000_000_000));
  }

  async #accountNumber(signer: string): Promise<bigint> {
    const facts = this.#factsOf(signer);
    if (facts.accountNumber !== undefined) return facts.accountNumber;
    const found = await this.#parts.node.accountNumber(signer);
    if (found === undefined) {
      const { codespace, code, text } = ErrUnknownAddress;
      throw refused({ codespace, code, message: `the API key's account ${signer} does not exist: ${text}` });
    }
    facts.accountNumber = found;
    return found;
  }

  async #priceList(): Promise<PriceList | undefined> {
    this.#prices ??= this.#parts.node.priceList();
    try {
      return await this.#prices;
    } catch (error) {
      this.#prices = undefined;
      throw error;
    }
  }

  async #broadcast(tx: OpenTx): Promise<void> {
    if (tx.isBusy || !this.#open.has(tx.hash)) return;
    tx.isBusy = true;
    tx.sentMs = this.#parts.nowMs();
    tx.sendings += 1;
    try {
      const answer = await this.#parts.node.broadcast(tx.bytes);
      if (answer.kind === "refused" && this.#open.has(tx.hash)) await this.#wasRefused(tx, answer);
    } catch (error) {
      // Whether it was taken nobody knows: it is sent again, or found.
      this.#parts.warn("a transaction could not be sent", error);
    } finally {
      tx.isBusy = false;
    }
  }

  async #wasRefused(tx: OpenTx, answer: Extract<BroadcastAnswer, { kind: "refused" }>): Promise<void> {
    if (tx.sendings > 1) {
      // An earlier sending may have been taken: then this one is refused because of it.
      const found = await this.#parts.node.tx(tx.hash);
      if (found !== undefined) this.#found(found);
      return;
    }
    await this.#fail(tx, { codespace: answer.codespace, code: answer.code, message: answer.log });
  }

  /** It is in no mempool and no block, or its messages did not run, and never will. */
  async #fail(tx: OpenTx, refusal: ChainRefusal): Promise<void> {
    const is = ({ code }: { code: number }) => refusal.codespace === "sdk" && refusal.code === code;
    if (is(ErrInsufficientFee)) this.#prices = undefined;
    if (is(ErrUnknownAddress)) this.#factsOf(tx.signer).accountNumber = undefined;
    const isTransient = !tx.isClients && (is(ErrInsufficientFee) || is(ErrTxTimeout));
    if (isTransient) return this.#again(tx, [tx.writes], "void");
    // One message can spoil a transaction for all, when the chain cannot even read it: halves find it.
    if (tx.writes.length > 1 && !is(ErrInsufficientFunds) && !is(ErrUnknownAddress)) {
      const half = Math.ceil(tx.writes.length / 2);
      for (const write of tx.writes) write.attempts -= 1;
      return this.#again(tx, [tx.writes.slice(0, half), tx.writes.slice(half)], "void");
    }
    const verdict: Verdict = { state: "refused", refusal };
    this.#settle(tx, { height: undefined, verdicts: new Map(tx.writes.map(({ id }) => [id, verdict])), state: "void" });
  }

  /** Signs writes of a transaction anew, once the journal says that they are this process's to sign. */
  async #again(
    tx: OpenTx,
    batches: readonly (readonly LiveWrite[])[],
    state: Conclusion["state"],
    rest?: Rest,
  ): Promise<void> {
    const all = batches.flat();
    const waiting = new Map<string, Verdict>(all.map(({ id }) => [id, { state: "waiting" }]));
    const verdicts = new Map([...waiting, ...(rest?.verdicts ?? [])]);
    this.#forget(tx);
    const mine = await this.#conclude({ hash: tx.hash, state, height: rest?.height, verdicts });
    const tooOften = all.filter((write) => mine.has(write.id) && write.attempts >= this.#options.attemptsMax);
    if (tooOften.length > 0) {
      await this.#journal.giveUp(tooOften.map(({ id }) => id));
      for (const { done } of tooOften) done.reject(unavailable("it came into no block"));
    }
    const lane = this.#laneOf(tx.signer);
    for (const batch of batches) {
      lane.addAgain(batch.filter((write) => mine.has(write.id) && !tooOften.includes(write)));
    }
    for (const write of all) if (!mine.has(write.id)) write.done.resolve(this.#poll(write.id));
  }

  // Outcomes

  #listener() {
    return {
      isWaiting: () => this.#open.size > 0,
      found: (tx: FoundTx) => this.#found(tx),
      moved: (_: unknown, isGap: boolean) => {
        if (isGap) this.#inBackground(this.#lookUp([...this.#open.values()]));
      },
    };
  }

  #found(found: FoundTx): void {
    const tx = this.#open.get(found.hash);
    if (tx === undefined) return;
    if (found.result.code === 0) this.#ran(tx, found);
    else if (tx.isClients) {
      const { codespace, code, log } = found.result;
      this.#inBackground(this.#fail(tx, { codespace, code, message: log }));
    } else tx.failed = found.result;
  }

  /** Its messages ran, each on its own. */
  #ran(tx: OpenTx, { height, result }: FoundTx): void {
    const messages = tx.writes.map(({ message }) => message);
    if (!tx.isClients) this.#gas.used(messages, result.gasUsed);
    const responses = msgResponsesOf(result.data);
    const failures = messageFailures(responses);
    const shares = this.#shares(tx);
    const short: LiveWrite[] = [];
    const verdicts = new Map<string, Verdict>();
    for (const [index, write] of tx.writes.entries()) {
      const failure = failures.get(index);
      const response = responses[index];
      if (failure === undefined && response !== undefined) {
        verdicts.set(write.id, { state: "done", response, networkFee: shares[index] ?? 0n });
      } else if (failure?.codespace === "sdk" && failure.code === ErrOutOfGas.code && this.#mayTakeMore(tx, write)) {
        short.push(write);
      } else {
        const { codespace, code, log } = failure ?? { codespace: "undefined", code: 1, log: "no response" };
        verdicts.set(write.id, { state: "refused", refusal: { codespace, code, message: log } });
      }
    }
    if (short[0] !== undefined) {
      // The first one took what there was; the others had nothing left.
      this.#gas.ranOut(short[0].message);
      this.#inBackground(this.#againShort(tx, short, { height, verdicts }));
    } else this.#settle(tx, { height, verdicts, state: "done" });
  }

  #mayTakeMore(tx: OpenTx, write: LiveWrite): boolean {
    if (tx.isClients) return false;
    return (
      tx.writes.length > 1 ||
      (write.attempts < this.#options.attemptsMax && this.#gas.of(write.message) < MESSAGE_GAS_MAX)
    );
  }

  /** The first alone, since it took more than was expected; the rest together. */
  async #againShort(tx: OpenTx, short: readonly LiveWrite[], rest: Rest): Promise<void> {
    this.#answer(tx, rest);
    await this.#again(tx, [short.slice(0, 1), short.slice(1)], "done", rest);
  }

  /** Tells whoever waits, and the journal. */
  #settle(tx: OpenTx, rest: Rest & { readonly state: Conclusion["state"] }): void {
    this.#forget(tx);
    this.#answer(tx, rest);
    this.#inBackground(this.#conclude({ hash: tx.hash, ...rest }).then(() => undefined));
  }

  #answer(tx: OpenTx, { height, verdicts }: Rest): void {
    for (const [messageIndex, { id, done }] of tx.writes.entries()) {
      const verdict = verdicts.get(id);
      if (verdict?.state === "done") {
        const { response, networkFee } = verdict;
        done.resolve({ txHash: tx.hash, height: height ?? 0, messageIndex, response, networkFee });
      } else if (verdict?.state === "refused") done.reject(refused(verdict.refusal));
      else if (verdict?.state === "unreached") done.reject(unavailable("it came into no block"));
    }
  }

  #forget(tx: OpenTx): void {
    if (!this.#open.delete(tx.hash)) return;
    tx.lane?.freed();
  }

  /** Writes an outcome down, however long the database takes. The chain knows it meanwhile. */
  async #conclude(conclusion: Conclusion): Promise<ReadonlySet<string>> {
    for (;;) {
      try {
        return await this.#journal.conclude(conclusion);
      } catch (error) {
        this.#parts.warn("an outcome could not be journalled", error);
        if (this.#isClosed) return new Set();
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    }
  }

  /** What each message cost: its own price, and of what is priced together a share by its gas. */
  #shares(tx: OpenTx): readonly bigint[] {
    const weights = tx.writes.map(({ message }) => BigInt(this.#gas.of(message)));
    const total = weights.reduce((sum, weight) => sum + weight, 0n);
    let [before, given] = [0n, 0n];
    return weights.map((weight) => {
      before += weight;
      const upTo = total === 0n ? 0n : (tx.fee * before) / total;
      const share = upTo - given;
      given = upTo;
      return share;
    });
  }

  // Looking after what is open

  #work(): void {
    const { nowMs } = this.#parts;
    const now = nowMs();
    this.#dropOld(now);
    this.#forgetIdle();
    for (const tx of this.#open.values()) this.#lookAfter(tx, now);
    if (now - this.#adoptedMs > this.#options.adoptAfterMs) this.#inBackground(this.#adopt(this.#options.adoptAfterMs));
    if (now - this.#prunedMs > PRUNE_EVERY_MS) {
      this.#prunedMs = now;
      this.#inBackground(this.#journal.prune(this.#options.keepMs));
    }
  }

  #forgetIdle(): void {
    if (this.#signers.size <= SIGNERS_KEPT) return;
    for (const [signer, { lane }] of this.#signers) if (lane.isIdle) this.#signers.delete(signer);
  }

  #dropOld(now: number): void {
    const isAway = this.#follower.silentMs > this.#options.silentMs;
    const before = isAway ? undefined : now - this.#options.queueWaitMs;
    for (const { lane } of this.#signers.values()) {
      for (const write of lane.drop(before)) write.refuse(unavailable("the chain takes no writes at the moment"));
    }
  }

  #lookAfter(tx: OpenTx, now: number): void {
    const { place } = this.#follower;
    if (place === undefined || tx.isBusy) return;
    if (place.timeNs > tx.voidAfterNs + NS_PER_MS) {
      tx.overSinceMs ??= now;
      if (now - tx.overSinceMs >= this.#options.indexLagMs) this.#inBackground(this.#end(tx));
    } else if (tx.failed === undefined && now - tx.sentMs >= this.#options.resendAfterMs) {
      this.#inBackground(this.#broadcast(tx));
    }
  }

  /** Its time is over: it is in a block, or never will be. */
  async #end(tx: OpenTx): Promise<void> {
    tx.isBusy = true;
    try {
      const found = await this.#parts.node.tx(tx.hash);
      if (!this.#open.has(tx.hash)) return;
      if (found?.result.code === 0) return this.#ran(tx, found);
      if (tx.isClients) {
        const verdict: Verdict = { state: "unreached" };
        const verdicts = new Map(tx.writes.map(({ id }) => [id, verdict]));
        return this.#settle(tx, { height: undefined, verdicts, state: "void" });
      }
      const { code, codespace, log } = found?.result ?? { ...ErrTxTimeout, log: ErrTxTimeout.text };
      await this.#fail(tx, { code, codespace, message: log });
    } finally {
      tx.isBusy = false;
    }
  }

  async #lookUp(txs: readonly OpenTx[]): Promise<void> {
    for (const { hash } of txs) {
      const found = this.#open.has(hash) ? await this.#parts.node.tx(hash) : undefined;
      if (found !== undefined) this.#found(found);
    }
  }

  /** Takes on what is open in the journal and nobody's: of processes that were killed. */
  async #adopt(ageMs: number): Promise<void> {
    this.#adoptedMs = this.#parts.nowMs();
    const adopted: OpenTx[] = [];
    for (const row of await this.#journal.openTxs(ageMs)) {
      if (this.#open.has(row.hash)) continue;
      const rows = (await this.#journal.ofTx(row.hash)).filter(({ state }) => state === "sent");
      const tx = this.#adoptTx(row, rows);
      if (tx !== undefined) adopted.push(tx);
    }
    for (const row of await this.#journal.claimWaiting(ageMs === 0 ? 0 : 2 * ageMs)) {
      const write = this.#adoptWrite(row, TxBody.decode(TxRaw.decode(row.bytes).bodyBytes).messages);
      if (write !== undefined) this.#laneOf(row.signer).addAgain([write]);
    }
    if (adopted.length > 0) this.#inBackground(this.#lookUp(adopted));
  }

  #adoptTx(row: OpenTxRow, rows: readonly WriteRow[]): OpenTx | undefined {
    const bytes = Uint8Array.from(row.bytes);
    const { messages } = TxBody.decode(TxRaw.decode(bytes).bodyBytes);
    const writes = rows.map((one) => this.#adoptWrite(one, messages));
    if (writes.includes(undefined) || writes.length !== (row.signer === "" ? 1 : messages.length)) return undefined;
    const lane = row.signer === "" ? undefined : this.#laneOf(row.signer);
    lane?.took();
    const tx = openTx({
      ...{ hash: row.hash, bytes, signer: row.signer, lane, fee: BigInt(row.fee) },
      writes: writes.filter((write) => write !== undefined),
      voidAfterNs: parseTimeNs(`${row.void_after.replace(" ", "T").replace(/\+00$/, "")}Z`) + NS_PER_MS,
    });
    // Whether it was sent nobody knows.
    tx.sendings = 1;
    this.#open.set(tx.hash, tx);
    return tx;
  }

  #adoptWrite(row: WriteRow, messages: readonly Any[]): LiveWrite | undefined {
    const message = messages[row.message_index];
    if (message === undefined || this.#live.has(row.id)) return undefined;
    const write = new LiveWrite({
      ...{ id: row.id, apiKeyId: row.api_key_id, idempotencyKey: row.idempotency_key ?? undefined, message },
      ...{ attempts: row.attempts, nowMs: this.#parts.nowMs() },
    });
    this.#remember(write);
    write.accepted.resolve(write.pending);
    return write;
  }

  #inBackground(work: Promise<void>): void {
    const watched = work.catch((error: unknown) => this.#parts.warn("looking after writes", error));
    this.#background.add(watched);
    void watched.then(() => this.#background.delete(watched));
  }
}

/** What is known of a transaction's other writes. */
interface Rest {
  readonly height: number | undefined;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

type NewOpenTx = Pick<OpenTx, "hash" | "bytes" | "lane" | "signer" | "writes" | "fee" | "voidAfterNs">;

function openTx(parts: NewOpenTx): OpenTx {
  return {
    ...parts,
    ...{ isClients: parts.signer === "", sendings: 0, sentMs: 0, isBusy: false },
    ...{ overSinceMs: undefined, failed: undefined },
  };
}

function idempotencyName(apiKeyId: string, idempotencyKey: string | undefined): string {
  return idempotencyKey === undefined ? "" : `${apiKeyId} ${idempotencyKey}`;
}

function requireSameType(typeUrl: string, message: Any): void {
  if (typeUrl === message.typeUrl) return;
  throw new Problem("idempotency_conflict", "this idempotency key stands for a write of another kind");
}

async function outcomeOf(row: WriteRow): Promise<WriteOutcome> {
  if (row.refusal !== null) throw refused(row.refusal);
  if (row.state !== "done") throw unavailable("it came into no block");
  return {
    ...{ txHash: row.tx_hash, height: Number(row.height), messageIndex: row.message_index },
    response: { typeUrl: row.response_type ?? "", value: Uint8Array.from(row.response ?? []) },
    networkFee: BigInt(row.network_fee ?? "0"),
  };
}

function refused(chain: ChainRefusal): Problem {
  return new Problem("chain_refused", { detail: chain.message, chain });
}

function unavailable(detail: string): Problem {
  return new Problem("chain_unavailable", { detail, retryAfterSeconds: 2 });
}
