// The service's HTTP API, as Circle's. Everything it answers is read from the journal.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { parseUint } from "../codec/integer.ts";
import type { Expirations } from "./expirations.ts";
import { type FaultBook, type FaultSubject, subjectOf } from "./faults.ts";
import { type FeeSchedule, ratesOf } from "./fees.ts";
import {
  allowanceBody,
  attestationBody,
  errorBody,
  feesBody,
  messagesBodyV1,
  messagesBodyV2,
  publicKeysBodyV1,
  publicKeysBodyV2,
  reattestBody,
  type ShownRecord,
} from "./irisAnswers.ts";
import type { Journal } from "./journal.ts";
import type { KeyRing } from "./keyRing.ts";
import { canReattest, type Ledger, StaleError } from "./ledger.ts";
import { createHttp, HttpError } from "./listen.ts";
import { destinationOf, type MessageRecord, recordKey, txHashOf } from "./messageRecord.ts";
import type { RateLimit } from "./rateLimit.ts";

/** What the API answers from. */
export interface PublicParts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly keys: KeyRing;
  readonly fees: FeeSchedule;
  readonly faults: FaultBook;
  readonly expirations: Expirations;
  /** Undefined lets everybody through. */
  readonly rateLimit: RateLimit | undefined;
  readonly nowMs: () => number;
  /** Whether all chains are read, for `/health`. */
  readonly health: () => { readonly isHealthy: boolean; readonly chains: readonly object[] };
  readonly onRequest: (route: string, status: number) => void;
  readonly onInternalError: (error: Error) => void;
}

const HASH = /^0x[0-9a-f]{64}$/i;
/** Decimal, of V1. */
const NONCE_V1 = /^(?:0|[1-9][0-9]{0,19})$/;
const DOMAIN_BITS = 32;
const NOT_FOUND = "Not found.";
const SECOND_MS = 1_000;

type Params = Readonly<Record<string, string>>;

function domainOf(text: string): number {
  try {
    return Number(parseUint(text, DOMAIN_BITS));
  } catch {
    throw new HttpError(400, "Invalid domain: expected a number");
  }
}

function requireHash(name: string, text: string): string {
  if (!HASH.test(text)) throw new HttpError(400, `Invalid ${name}: expected 0x and 64 hex digits`);
  return text.toLowerCase();
}

function requireTxHash(text: string): string {
  const txHash = txHashOf(text);
  if (txHash === undefined) throw new HttpError(400, "Invalid transaction hash: expected 64 hex digits");
  return txHash;
}

/** A parameter of the query that stands there once. */
function queryText(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Readonly<Record<string, unknown>>)[name];
  if (value === undefined || typeof value === "string") return value;
  throw new HttpError(400, `${name} is given more than once`);
}

/** The API. It listens once somebody calls `listen`. */
export class PublicServer {
  readonly http: FastifyInstance;
  readonly #parts: PublicParts;

  constructor(parts: PublicParts) {
    this.#parts = parts;
    this.http = createHttp(parts.onInternalError);
    // Clients send JSON, or nothing and say that it is JSON: bodies mean nothing here.
    this.http.removeAllContentTypeParsers();
    this.http.addContentTypeParser("*", { parseAs: "buffer" }, (_request, _body, done) => done(null, undefined));
    this.http.addHook("onRequest", (request, reply) => this.#admit(request, reply));
    this.http.addHook("onResponse", async (request, reply) => {
      parts.onRequest(request.routeOptions.url ?? "unknown", reply.statusCode);
    });
    this.#addRoutes();
  }

  async #admit(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    reply.header("access-control-allow-origin", "*").header("cache-control", "no-store");
    const { faults, rateLimit, nowMs } = this.#parts;
    if (request.url === "/health") return undefined;
    const blockedMs = rateLimit?.blockedMs(request.ip, nowMs()) ?? 0;
    if (blockedMs > 0) reply.header("retry-after", String(Math.ceil(blockedMs / SECOND_MS)));
    const isLimited = blockedMs > 0 || faults.take("rate_limited", {}) !== undefined;
    return isLimited ? reply.code(429).send() : undefined;
  }

  #addRoutes(): void {
    const { http } = this;
    const { fees, keys, nowMs, health } = this.#parts;
    const params = (request: FastifyRequest): Params => request.params as Params;
    http.get("/health", (_request, reply) => {
      const state = health();
      return reply.code(state.isHealthy ? 200 : 503).send(state);
    });
    http.get("/v1/attestations/:hash", (request, reply) =>
      this.#attestation(params(request), reply, errorBody(404, NOT_FOUND)),
    );
    // The older path has another error.
    http.get("/attestations/:hash", (request, reply) =>
      this.#attestation(params(request), reply, { error: "Message hash not found" }),
    );
    http.get("/v1/messages/:domain/:txHash", (request, reply) => this.#messagesV1(params(request), reply));
    http.get("/v2/messages/:domain", (request, reply) => this.#messagesV2(request, reply));
    http.post("/v2/reattest/:nonce", (request, reply) => this.#reattest(params(request), reply));
    http.get("/v2/burn/USDC/fees/:source/:destination", (request, reply) => {
      const { source = "", destination = "" } = params(request);
      return reply.send(feesBody(ratesOf(fees, domainOf(source), domainOf(destination))));
    });
    http.get("/v2/fastBurn/USDC/allowance", (_request, reply) => reply.send(this.#allowance()));
    http.get("/v1/publicKeys", (_request, reply) => reply.send(publicKeysBodyV1(keys.shownKeys(1, nowMs()))));
    http.get("/v2/publicKeys", (_request, reply) =>
      reply.send(publicKeysBodyV2([...keys.shownKeys(1, nowMs()), ...keys.shownKeys(2, nowMs())])),
    );
  }

  #allowance(): object {
    const { faults, ledger, nowMs } = this.#parts;
    if (faults.find("allowance_exhausted", {}) !== undefined) return allowanceBody(0n, nowMs());
    const { left, changedAtMs } = ledger.allowance();
    return allowanceBody(left, changedAtMs);
  }

  /** Whether a record is shown at all, and whether as complete; undefined hides it. */
  #show(record: MessageRecord): ShownRecord | undefined {
    const { faults, nowMs } = this.#parts;
    const subject = subjectOf(record);
    if (faults.take("not_found", subject) !== undefined) return undefined;
    if (record.attested === undefined || faults.take("pending", subject) !== undefined)
      return { record, isComplete: false };
    const late = faults.find("late", subject);
    const isComplete = late === undefined || nowMs() >= record.attested.atMs + (late.delayMs ?? 0);
    if (!isComplete) faults.take("late", subject);
    return { record, isComplete };
  }

  /** The records that are shown, in the order of the chain. */
  #shown(records: readonly MessageRecord[], subject: FaultSubject): readonly ShownRecord[] {
    const ordered = [...records].sort((a, b) => a.logIndex - b.logIndex);
    if (this.#parts.faults.take("reordered", subject) !== undefined) ordered.reverse();
    return ordered.map((record) => this.#show(record)).filter((shown) => shown !== undefined);
  }

  async #attestation({ hash = "" }: Params, reply: FastifyReply, notFound: object): Promise<FastifyReply> {
    const records = await this.#parts.journal.recordsOfV1Hash(requireHash("message hash", hash));
    // The chain may have emitted the same bytes twice: then one attestation is that of both.
    const record = records.find(({ attested }) => attested !== undefined) ?? records[0];
    const shown = record && this.#show(record);
    return shown === undefined ? reply.code(404).send(notFound) : reply.send(attestationBody(shown));
  }

  async #messagesV1(
    { domain: domainText = "", txHash: txText = "" }: Params,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const place = { domain: domainOf(domainText), txHash: requireTxHash(txText) };
    const records = (await this.#parts.journal.recordsOfTx(place)).filter(({ version }) => version === 1);
    const shown = this.#shown(records, place);
    return shown.length === 0 ? reply.code(404).send(errorBody(404, NOT_FOUND)) : reply.send(messagesBodyV1(shown));
  }

  async #messagesV2(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const domain = domainOf((request.params as Params)["domain"] ?? "");
    const txText = queryText(request, "transactionHash");
    const nonce = queryText(request, "nonce");
    if (txText === undefined && nonce === undefined) throw new HttpError(400, "transactionHash or nonce is required");
    const records =
      txText === undefined ? await this.#ofNonce(domain, nonce ?? "") : await this.#ofTx(domain, txText, nonce);
    const subject = txText === undefined ? { domain } : { domain, txHash: requireTxHash(txText) };
    const shown = this.#shown(records, subject);
    if (shown.length === 0) return reply.code(404).send(errorBody(404, NOT_FOUND));
    reply.send(messagesBodyV2(shown));
    this.#reattestShown(shown);
    return reply;
  }

  async #ofNonce(domain: number, nonce: string): Promise<readonly MessageRecord[]> {
    const { journal } = this.#parts;
    if (NONCE_V1.test(nonce)) return journal.recordsOfV1Nonce(domain, nonce);
    const record = journal.recordOfV2Nonce(requireHash("nonce", nonce));
    return record?.domain === domain ? [record] : [];
  }

  async #ofTx(domain: number, txText: string, nonce: string | undefined): Promise<readonly MessageRecord[]> {
    const records = await this.#parts.journal.recordsOfTx({ domain, txHash: requireTxHash(txText) });
    return nonce === undefined ? records : records.filter((record) => record.nonce === nonce.toLowerCase());
  }

  /** The fault `reattested`: what was shown is attested again, so that the next answer differs. */
  #reattestShown(shown: readonly ShownRecord[]): void {
    const { faults } = this.#parts;
    for (const { record } of shown) {
      if (canReattest(record) && faults.take("reattested", subjectOf(record)) !== undefined)
        this.#reattestLater(record);
    }
  }

  async #reattest({ nonce: text = "" }: Params, reply: FastifyReply): Promise<FastifyReply> {
    const nonce = requireHash("nonce", text);
    const record = this.#parts.journal.recordOfV2Nonce(nonce);
    if (record === undefined) return reply.code(404).send(errorBody(404, NOT_FOUND));
    if (!canReattest(record)) throw new HttpError(400, "Message is not eligible for re-attestation");
    // As the service does it: the answer says that it was asked for, and the message shows when it was done.
    reply.send(reattestBody(nonce));
    this.#reattestLater(record);
    return reply;
  }

  #reattestLater(record: MessageRecord): void {
    const { ledger, expirations, onInternalError } = this.#parts;
    const { epoch } = ledger;
    const reattest = async (): Promise<void> => {
      const expirationBlock = await expirations.blockOf(destinationOf(record));
      if (expirationBlock !== undefined) await ledger.reattest(recordKey(record), expirationBlock, epoch);
    };
    reattest().catch((error: unknown) => {
      if (!(error instanceof StaleError)) onInternalError(error instanceof Error ? error : new Error(String(error)));
    });
  }
}
