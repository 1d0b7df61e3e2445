// Carries one message to the chain for one request, and answers when it is in a block; or at once, when the client
// prefers that.

import type { FastifyReply, FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import type { Static } from "typebox";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import { problemDocument, problemOf } from "../http/errors.ts";
import { Problem, type ProblemCode } from "../http/problem.ts";
import type { GatewayParts, PendingWrite, SignedTxRequest, WriteOutcome } from "../parts.ts";
import { chainJson } from "./chainOrders.ts";
import type { WriteSchema } from "./schemas.ts";

/** Refusals of the chain that have a code of their own here. */
const CODES: Readonly<Record<string, ProblemCode>> = {
  "orders/2": "not_found",
  "orders/3": "not_found",
  "orders/4": "not_found",
  "orders/5": "not_found",
  "orders/6": "forbidden",
  "orders/7": "conflict",
  "orders/47": "price_required",
};

/** A refusal of the chain by what it means here; anything else as it is. */
export function translated(error: unknown): unknown {
  if (!(error instanceof Problem) || error.code !== "chain_refused" || error.details.chain === undefined) return error;
  const { codespace, code } = error.details.chain;
  const known = CODES[`${codespace}/${code}`];
  return known === undefined ? error : new Problem(known, error.details, { cause: error });
}

/** How long a request waits for its block; what proxies and clients bear. */
const WRITE_WAIT_MS = 30_000;

/**
 * The outcome of a write; while the chain stands still, where to ask for it. Throws Problem `chain_unavailable`. What is
 * decided later is nobody's business here.
 */
export async function outcomeInTime({ id, outcome }: PendingWrite, waitMs = WRITE_WAIT_MS): Promise<WriteOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const detail = "this is safe, and in no block yet: ask for the write, or send it again under its idempotency key";
      reject(new Problem("chain_unavailable", { detail, retryAfterSeconds: 5, extra: { write_id: id } }));
    }, waitMs);
  });
  try {
    return await Promise.race([outcome, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** Heights of the last writes that were kept in memory. */
const HEIGHTS_MAX = 50_000;

/** At which height this gateway last wrote for whom, so that reads can wait for it. */
export class LastWrites {
  readonly #heights = new LRUCache<string, number>({ max: HEIGHTS_MAX });

  wrote(merchant: string, orderIds: readonly string[], height: number): void {
    for (const name of [merchant, ...orderIds]) this.#heights.set(name, Math.max(height, this.of(name)));
  }

  /** Of a merchant or an order; 0 when nothing is known. */
  of(name: string): number {
    return this.#heights.get(name) ?? 0;
  }
}

/** What a route wants to have written. */
export interface RouteWrite<Answer> {
  /** The message, or a transaction that somebody else signed. */
  readonly message: Any | Pick<SignedTxRequest, "bytes" | "allow">;
  /** Under which it stands in the journal, where the client gave no idempotency key. */
  readonly journalKey?: string | undefined;
  /** The orders that it changes, as far as they are known before. */
  readonly orderIds?: readonly string[];
  readonly status?: number;
  /** What follows at once, whether or not the client waits for it. */
  readonly after?: (outcome: WriteOutcome) => Promise<void>;
  /** Composes the answer of what the chain said. */
  readonly answer: (outcome: WriteOutcome) => Promise<Answer>;
  /** What is to be undone when the chain refuses. */
  readonly onRefused?: () => Promise<void>;
}

function prefersAsync({ headers }: FastifyRequest): boolean {
  return /(^|,)\s*respond-async\s*($|,|;)/i.test(String(headers["prefer"] ?? ""));
}

/** The idempotency key that the client gave. */
export function clientKeyOf({ headers }: Pick<FastifyRequest, "headers">): string | undefined {
  return headers["idempotency-key"] as string | undefined;
}

/** Sends a message and answers the request. */
export async function answerWrite<Answer>(
  { parts, lastWrites }: { readonly parts: GatewayParts; readonly lastWrites: LastWrites },
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  write: RouteWrite<Answer>,
): Promise<FastifyReply> {
  const { apiKey } = request;
  const idempotencyKey = clientKeyOf(request) ?? write.journalKey;
  const by = { apiKey, idempotencyKey };
  const { message } = write;
  const pending =
    "bytes" in message
      ? await parts.writer.submitSigned({ ...by, ...message })
      : await parts.writer.submit({ ...by, message });
  const outcome = pending.outcome.then(
    async (done) => {
      lastWrites.wrote(apiKey.merchant, write.orderIds ?? [], done.height);
      await write.after?.(done);
      return done;
    },
    async (error: unknown) => {
      if (error instanceof Problem && error.code === "chain_refused") await write.onRefused?.();
      throw translated(error);
    },
  );
  if (prefersAsync(request)) {
    // Whoever asks for the write hears of its end.
    outcome.catch((error: unknown) =>
      request.log.info({ code: problemOf(error).code }, "a write without waiting client failed"),
    );
    const location = `/v1/writes/${pending.id}`;
    void reply.code(202).header("location", location).header("preference-applied", "respond-async");
    return reply.send({
      id: pending.id,
      status: "PENDING",
      transaction_hash: null,
      height: null,
      result: null,
      problem: null,
    });
  }
  const done = await outcomeInTime({ id: pending.id, outcome }, parts.writeWaitMs);
  void reply.code(write.status ?? 200).header("chain-height", done.height);
  return reply.send(await write.answer(done));
}

/** What became of a write by now. */
export async function writeView({ id, outcome }: PendingWrite, requestId: string): Promise<Static<typeof WriteSchema>> {
  const open = { id, status: "PENDING", transaction_hash: null, height: null, result: null, problem: null } as const;
  const state = outcome.then(
    ({ txHash, height, response }) => ({
      ...open,
      status: "SUCCEEDED" as const,
      transaction_hash: txHash,
      height,
      result: chainJson(response.typeUrl.slice(1), response.value) as Record<string, unknown>,
    }),
    (error: unknown) => ({
      ...open,
      status: "FAILED" as const,
      problem: problemDocument(problemOf(translated(error)), requestId),
    }),
  );
  const later = new Promise<typeof open>((resolve) => setImmediate(() => resolve(open)));
  return Promise.race([state, later]);
}
