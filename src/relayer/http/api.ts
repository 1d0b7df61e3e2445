// The relayer's HTTP API: what it is doing, what became of a message, and the two things that a person may ask of it.

import Fastify, { type FastifyError, type FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import type { HealthProblem } from "../health.ts";
import { PAGE_MAX } from "../journal/journal.ts";
import { MESSAGE_STATES, type MessageState } from "../journal/states.ts";
import { PausedError, UnknownSourceError } from "../relayerCore.ts";
import type { View } from "./views.ts";

/** What the API shows and asks for. */
export interface ApiBackend {
  status(): Promise<View>;
  list(state: MessageState, page: { readonly limit: number; readonly after?: string }): Promise<readonly View[]>;
  /** Messages that any hash belongs to: of the burn, the message, its attested form, or a delivery. */
  find(hash: string): Promise<readonly View[]>;
  /** Takes messages up again; undefined when there are none of that hash. */
  retry(hash: string): Promise<readonly View[] | undefined>;
  /** Relays one source transaction; undefined when its chain has no such transaction in a block. Throws UnknownSourceError. */
  relayTx(domain: number, txHash: string): Promise<readonly View[] | undefined>;
  problems(): readonly HealthProblem[];
  readonly registry: Registry;
}

/** Bytes of a request; there is nothing to say in one. */
const BODY_LIMIT = 1024;
const LIMIT_DEFAULT = 100;
const HASH = "^(0[xX])?[0-9a-fA-F]{64}$";
const hashParams = { type: "object", properties: { hash: { type: "string", pattern: HASH } }, required: ["hash"] };

/** The routes. Whoever may connect may use all of them: it listens on loopback unless it is told otherwise. */
export function createApi(backend: ApiBackend): FastifyInstance {
  const app = Fastify({ bodyLimit: BODY_LIMIT, logger: false, forceCloseConnections: true });
  // A page in somebody's browser must not ask for anything here.
  app.addHook("onRequest", async (request, reply) => {
    if (request.method === "POST" && request.headers.origin !== undefined) {
      await reply.code(403).send({ error: "not for browsers" });
    }
  });
  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const status = error instanceof UnknownSourceError ? 404 : error instanceof PausedError ? 503 : error.statusCode;
    // What nobody foresaw is told as such, without its text.
    return reply.code(status ?? 500).send({ error: status === undefined ? "internal error" : error.message });
  });
  app.get("/status", () => backend.status());
  app.get("/health", async (_request, reply) => {
    const problems = backend.problems();
    return reply
      .code(problems.length === 0 ? 200 : 503)
      .send({ status: problems.length === 0 ? "ok" : "bad", problems });
  });
  app.get("/metrics", async (_request, reply) => {
    return reply.header("content-type", backend.registry.contentType).send(await backend.registry.metrics());
  });
  addMessages(app, backend);
  return app;
}

function addMessages(app: FastifyInstance, backend: ApiBackend): void {
  const query = {
    type: "object",
    properties: {
      state: { type: "string", enum: [...MESSAGE_STATES] },
      limit: { type: "integer", minimum: 1, maximum: PAGE_MAX },
      after: { type: "string", maxLength: 200 },
    },
    required: ["state"],
  };
  app.get<{ Querystring: { state: MessageState; limit?: number; after?: string } }>(
    "/messages",
    { schema: { querystring: query } },
    async ({ query: { state, limit = LIMIT_DEFAULT, after } }) => {
      const messages = await backend.list(state, { limit, ...(after === undefined ? {} : { after }) });
      return { messages };
    },
  );
  app.get<{ Params: { hash: string } }>(
    "/messages/:hash",
    { schema: { params: hashParams } },
    async (request, reply) => {
      const messages = await backend.find(request.params.hash);
      return messages.length === 0 ? reply.code(404).send({ error: "no such message" }) : { messages };
    },
  );
  app.post<{ Params: { hash: string } }>(
    "/messages/:hash/retry",
    { schema: { params: hashParams } },
    async (request, reply) => {
      const messages = await backend.retry(request.params.hash);
      return messages === undefined ? reply.code(404).send({ error: "no such message" }) : { messages };
    },
  );
  const txParams = {
    type: "object",
    properties: { ...hashParams.properties, domain: { type: "integer", minimum: 0, maximum: 0xffff_ffff } },
    required: ["domain", "hash"],
  };
  app.post<{ Params: { domain: number; hash: string } }>(
    "/tx/:domain/:hash",
    { schema: { params: txParams } },
    async ({ params: { domain, hash } }, reply) => {
      const messages = await backend.relayTx(domain, hash);
      return messages === undefined ? reply.code(404).send({ error: "no such transaction" }) : { messages };
    },
  );
}
