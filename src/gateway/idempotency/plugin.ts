// `Idempotency-Key`: the same key and request give the same answer, and nothing is done twice; also while the first is on its
// way, at another gateway, and after a kill. What was on its way to the chain then is in the writer's journal under the same
// key: the request runs once more, and its write is the one that is there.

import type { FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../http/problem.ts";
import type { GatewayApp, RouteModule } from "../http/routeModule.ts";
import type { MasterKeys } from "../vault/masterKeys.ts";
import { Answers, RENEW_MS, type RequestName, type StoredAnswer } from "./answers.ts";
import { subjectsOf } from "./subjects.ts";

const METHODS: ReadonlySet<string> = new Set(["POST", "PATCH", "PUT", "DELETE"]);
const KEY = /^[!-~]{1,255}$/;
/** Headers that are part of an answer. */
const KEPT_HEADERS = ["content-type", "location", "chain-height", "preference-applied", "etag"] as const;
const POLL_MS = 100;
/** An answer that is larger is not kept; such requests run again. */
const ANSWER_BYTES_MAX = 1024 * 1024;
const PRUNE_EVERY_MS = 600_000;

export interface IdempotencyOptions {
  /** How long answers are kept; default 48 hours. */
  readonly keepMs?: number;
  /** How long a second request waits for the first; default 25 s. */
  readonly waitMs?: number;
  /** Seal the answers that are kept, and key the hashes of requests. */
  readonly masterKeys: MasterKeys;
  readonly warn: (what: string, error: unknown) => void;
}

const DEFAULT_KEEP_MS = 48 * 3_600_000;
const DEFAULT_WAIT_MS = 25_000;

function nameOf(request: FastifyRequest, mark: ReturnType<MasterKeys["marker"]>): RequestName | undefined {
  const key = request.headers["idempotency-key"];
  const isWrite = METHODS.has(request.method) && request.routeOptions.config.scope !== undefined;
  if (key === undefined || !isWrite) return undefined;
  if (typeof key !== "string" || !KEY.test(key)) {
    const detail = "an idempotency key is 1 to 255 visible ASCII characters";
    throw new Problem("invalid_request", { detail, field: "idempotency-key" });
  }
  const requestHashes = mark(`${request.method} ${request.url}\n${sortedJson(request.body)}`);
  return { apiKeyId: request.apiKey.id, key, requestHashes };
}

/** One text for bodies that differ only in the order of their fields. */
function sortedJson(body: unknown): string {
  return JSON.stringify(body ?? null, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The plugin. It must come before the routes. */
export function idempotency(options: IdempotencyOptions): RouteModule {
  return (app, { database }) => addHooks(app, new Answers(database, options.masterKeys), options);
}

function addHooks(app: GatewayApp, answers: Answers, options: IdempotencyOptions): void {
  const { keepMs = DEFAULT_KEEP_MS, waitMs = DEFAULT_WAIT_MS, warn } = options;
  const mark = options.masterKeys.marker("idempotency");
  const mine = new WeakMap<FastifyRequest, RequestName>();
  /** Requests of this process that are in flight, by their key: whoever waits for one hears at once. */
  const inFlight = new Map<string, Promise<void>>();
  const ends = new WeakMap<FastifyRequest, () => void>();

  const begin = (request: FastifyRequest, name: RequestName) => {
    const id = `${name.apiKeyId} ${name.key}`;
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    inFlight.set(id, ended);
    mine.set(request, name);
    ends.set(request, () => {
      inFlight.delete(id);
      end();
    });
  };

  app.addHook("preHandler", async (request, reply) => {
    const name = nameOf(request, mark);
    if (name === undefined) return undefined;
    const endMs = Date.now() + waitMs;
    for (;;) {
      const found = await answers.take(name);
      if (found.kind === "mine") return begin(request, name);
      if (found.kind === "other_request") {
        throw new Problem("idempotency_conflict", "this key was used with another method, path or body");
      }
      if (found.kind === "erased") {
        throw new Problem("gone", "this key was used for a customer whose data was deleted since");
      }
      if (found.kind === "answered") return replay(reply, found.answer);
      if (Date.now() >= endMs) {
        throw new Problem("conflict", { detail: "the first request with this key is in flight", retryAfterSeconds: 2 });
      }
      const pause = new Promise<void>((resolve) => setTimeout(resolve, POLL_MS));
      await Promise.race([inFlight.get(`${name.apiKeyId} ${name.key}`) ?? pause, pause]);
    }
  });

  app.addHook("onSend", async (request, reply, payload) => {
    const name = mine.get(request);
    if (name === undefined) return payload;
    mine.delete(request);
    try {
      const answer = request.routeOptions.config.isPersonal === true ? undefined : answerOf(reply, payload);
      await (answer === undefined ? answers.giveUp(name) : answers.keep(name, answer, subjectsOf(request, answer)));
    } catch (error) {
      // The lease ends, and then the request runs again; its write is the one in the journal.
      warn("an answer could not be kept", error);
    } finally {
      ends.get(request)?.();
    }
    return payload;
  });

  const renew = setInterval(() => {
    if (inFlight.size > 0) answers.renew().catch((error: unknown) => warn("leases could not be renewed", error));
  }, RENEW_MS);
  const prune = setInterval(
    () => answers.prune(keepMs).catch((error: unknown) => warn("old answers could not be removed", error)),
    PRUNE_EVERY_MS,
  );
  app.addHook("onClose", async () => {
    clearInterval(renew);
    clearInterval(prune);
  });
}

/** What is worth keeping. What the server failed at may be tried again, and so may what came too early. */
function answerOf(reply: FastifyReply, payload: unknown): StoredAnswer | undefined {
  const { statusCode: status } = reply;
  if (status >= 500 || status === 429) return undefined;
  const body = payload === null || payload === undefined ? "" : payload;
  if (typeof body !== "string" || body.length > ANSWER_BYTES_MAX) return undefined;
  const headers = KEPT_HEADERS.flatMap((header) => {
    const value = reply.getHeader(header);
    return value === undefined ? [] : [[header, String(value)]];
  });
  return { status, headers: Object.fromEntries(headers), body };
}

function replay(reply: FastifyReply, { status, headers, body }: StoredAnswer): FastifyReply {
  for (const [header, value] of Object.entries(headers)) void reply.header(header, value);
  void reply.code(status).header("idempotent-replayed", "true");
  // It was serialized once; a string is sent as it is.
  return reply.serializer(String).send(body);
}
