// Puts requests into transactions and follows each to its end. The journal knows of a transaction before a node does; after
// a kill it is looked up by its hash, or the same bytes are sent again. Messages are signed anew only when their transaction
// is in no block and the chain's time is past its end, or when its one and only sending was refused.

import { AuthInfo, TxBody, TxRaw } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import { timestampToNs } from "../../codec/time.ts";
import { Problem } from "../http/problem.ts";
import type { PendingWrite, SignedTxRequest, SignedTxWriter, WriteRequest } from "../parts.ts";
import { Background } from "./background.ts";
import { ChainFollower } from "./chainFollower.ts";
import { GasBook } from "./gasBook.ts";
import { Journal } from "./journal.ts";
import { Lanes } from "./lanes.ts";
import { LiveWrite } from "./liveWrite.ts";
import { LiveWrites, requireSameType, unavailable } from "./liveWrites.ts";
import { OpenTxs, openTx } from "./openTx.ts";
import { Outcomes } from "./outcomes.ts";
import { txHashOf } from "./signTx.ts";
import { TxSender } from "./txSender.ts";
import { TxSigner } from "./txSigner.ts";
import { Upkeep } from "./upkeep.ts";
import {
  DEFAULT_WRITER_OPTIONS,
  MESSAGE_BYTES_MAX,
  NS_PER_MS,
  type WriterOptions,
  type WriterParts,
} from "./writerOptions.ts";

const TICK_MS = 250;
/** A client's own transaction without an end is looked for this long. */
const CLIENT_VALID_NS = 120_000_000_000n;

/** What a client signed. */
interface SignedTx {
  readonly messages: readonly Any[];
  readonly fee: bigint;
  readonly voidAfterNs: bigint;
}

/** The writer of one gateway: takes requests in; signing, sending and outcomes are parts of it. */
export class ChainWriter implements SignedTxWriter {
  readonly #nowMs: () => number;
  readonly #options: WriterOptions;
  readonly #journal: Journal;
  readonly #live: LiveWrites;
  readonly #lanes: Lanes;
  readonly #open = new OpenTxs();
  readonly #follower: ChainFollower;
  readonly #outcomes: Outcomes;
  readonly #sender: TxSender;
  readonly #upkeep: Upkeep;
  readonly #background: Background;
  #queued = 0;
  #tick: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: WriterParts, given: Partial<WriterOptions> = {}) {
    const options = { ...DEFAULT_WRITER_OPTIONS, ...given };
    const { node, nowMs, warn, chainId, keys, gas = new GasBook() } = parts;
    const open = this.#open;
    const journal = new Journal(parts.database);
    const live = new LiveWrites(journal);
    const background = new Background(warn);
    const follower = new ChainFollower(node, this.#listener(), nowMs);
    const lanes = new Lanes(options, gas, (...batch) => sender.send(...batch));
    const signer = new TxSigner({ node, chainId, keys, nowMs, gas, follower, validMs: options.validMs });
    const shared = { journal, lanes, live, open, background };
    const outcomes = new Outcomes({ ...shared, signer, gas, warn, attemptsMax: options.attemptsMax });
    const sender = new TxSender({ ...shared, node, nowMs, warn, signer, outcomes });
    this.#nowMs = nowMs;
    this.#options = options;
    this.#journal = journal;
    this.#live = live;
    this.#lanes = lanes;
    this.#follower = follower;
    this.#outcomes = outcomes;
    this.#sender = sender;
    this.#upkeep = new Upkeep({ ...shared, node, nowMs, outcomes, sender, follower }, options);
    this.#background = background;
  }

  /** Begins to follow the chain, and takes on what earlier processes left. Rejects with DatabaseError. */
  async start(): Promise<void> {
    await this.#upkeep.adopt(0);
    this.#follower.start();
    this.#tick = setInterval(() => this.#upkeep.look(), TICK_MS);
  }

  /** Stops. What is open stays in the journal, for the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#live.stopPolling();
    this.#outcomes.stopTrying();
    clearInterval(this.#tick);
    this.#follower.stop();
    const closing = new Problem("chain_unavailable", { detail: "the gateway is closing", retryAfterSeconds: 1 });
    for (const write of this.#lanes.drop()) write.refuse(closing);
    await this.#background.settled();
    this.#live.rejectAll();
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
    const known = this.#live.ofIdempotencyKey(apiKey.id, idempotencyKey);
    if (known !== undefined) {
      requireSameType(known.message.typeUrl, message);
      return known.accepted.promise;
    }
    const write = new LiveWrite({ apiKeyId: apiKey.id, idempotencyKey, message, nowMs: this.#nowMs() });
    this.#live.add(write);
    this.#queued += 1;
    const leave = () => {
      this.#queued -= 1;
    };
    write.accepted.promise.then(leave, leave);
    this.#lanes.of(apiKey.signer).add(write);
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
      return this.#live.pendingOf(before);
    }
    const write = new LiveWrite({ apiKeyId: apiKey.id, idempotencyKey, message: messages[0]!, nowMs: this.#nowMs() });
    const tx = openTx({ ...{ hash, bytes, voidAfterNs, fee }, signer: "", lane: undefined, writes: [write] });
    await this.#journal.insert({ ...tx, isAgain: false });
    this.#live.add(write);
    this.#sender.carry(tx);
    return write.pending;
  }

  async find(apiKeyId: string, writeId: string): Promise<PendingWrite | undefined> {
    const live = this.#live.get(writeId);
    if (live !== undefined) return live.apiKeyId === apiKeyId ? live.pending : undefined;
    const row = await this.#journal.find(writeId);
    return row === undefined || row.api_key_id !== apiKeyId ? undefined : this.#live.pendingOf(row);
  }

  #listener() {
    return {
      isWaiting: () => this.#open.size > 0,
      found: (tx: Parameters<Outcomes["found"]>[0]) => this.#outcomes.found(tx),
    };
  }

  #requireRoom(): void {
    if (this.#isClosed || this.#follower.silentMs > this.#options.silentMs)
      throw unavailable("the chain does not answer");
    if (this.#queued >= this.#options.queueMax) throw unavailable("too many writes wait already");
  }

  #readSigned({ bytes, allow }: SignedTxRequest): SignedTx {
    if (bytes.length > MESSAGE_BYTES_MAX) throw new Problem("payload_too_large", "the transaction is too large");
    try {
      const raw = TxRaw.decode(bytes);
      const { messages, timeoutTimestamp } = TxBody.decode(raw.bodyBytes);
      const fees = AuthInfo.decode(raw.authInfoBytes).fee?.amount ?? [];
      if (messages.length === 0 || raw.signatures.length === 0) throw new Error("no messages, or no signatures");
      allow(messages);
      const latest = BigInt(this.#nowMs()) * NS_PER_MS + CLIENT_VALID_NS;
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
}
