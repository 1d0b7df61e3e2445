// Controls for tests and devnets, on loopback only: faults, key rotation, snapshots. Whoever reaches it can make the
// attester useless, though not make it sign what no chain emitted.

import type { FastifyInstance, FastifyRequest } from "fastify";
import { ConfigError, ConfigTable } from "../chains/configTable.ts";
import { type FaultBook, faultJson, parseFault } from "./faults.ts";
import { RotationError } from "./keyKeeper.ts";
import { createHttp, HttpError } from "./listen.ts";

/** What the controls do. */
export interface AdminParts {
  readonly faults: FaultBook;
  /** Called after a change of the faults: messages may be due now. */
  readonly onFaultsChanged: () => void;
  readonly rotateKeys: (version: 1 | 2, overlapMs: number) => Promise<object>;
  readonly snapshot: () => Promise<string>;
  readonly revert: (id: string) => Promise<void>;
  readonly status: () => object;
  readonly onInternalError: (error: Error) => void;
}

const LOOPBACK_HOSTS = new Set(["127.0.0.1", "localhost", "[::1]"]);
const OVERLAP_MS = { min: 0, max: 86_400_000 };
const DEFAULT_OVERLAP_MS = 60_000;

/** A page in somebody's browser must not reach it: neither by a form, nor by a name that points here. */
function requireLocal(request: FastifyRequest): void {
  const host = (request.headers.host ?? "").replace(/:[0-9]+$/, "");
  if (!LOOPBACK_HOSTS.has(host)) throw new HttpError(403, "the controls answer to 127.0.0.1 and localhost only");
  if (request.headers.origin !== undefined) throw new HttpError(403, "the controls do not answer to web pages");
}

/** The server of the controls. It listens once somebody calls `listen`. */
export function createAdminServer(parts: AdminParts): FastifyInstance {
  const { faults } = parts;
  const http = createHttp(parts.onInternalError);
  http.addHook("onRequest", async (request) => requireLocal(request));
  http.get("/status", () => parts.status());
  http.get("/faults", () => ({ faults: faults.list().map(faultJson) }));
  http.post("/faults", (request, reply) => {
    const fault = asked(() => faults.add(parseFault(request.body)));
    parts.onFaultsChanged();
    return reply.code(201).send(faultJson(fault));
  });
  http.delete("/faults", () => {
    faults.clear();
    parts.onFaultsChanged();
    return { faults: [] };
  });
  http.delete("/faults/:id", (request) => {
    const { id } = request.params as { id: string };
    if (!faults.remove(id)) throw new HttpError(404, "there is no such fault");
    parts.onFaultsChanged();
    return { faults: faults.list().map(faultJson) };
  });
  http.post("/keys/rotate", (request) => {
    const { version, overlapMs } = asked(() => parseRotation(request.body));
    return parts.rotateKeys(version, overlapMs).catch((error: unknown) => {
      throw error instanceof RotationError ? new HttpError(409, error.message) : error;
    });
  });
  http.post("/snapshots", async (_request, reply) => reply.code(201).send({ id: await parts.snapshot() }));
  http.post("/snapshots/:id/revert", async (request) => {
    const { id } = request.params as { id: string };
    try {
      await parts.revert(id);
    } catch (error) {
      if (error instanceof RangeError) throw new HttpError(404, error.message);
      throw error;
    }
    return { id };
  });
  return http;
}

/** What is wrong with a request is the asker's mistake. */
function asked<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConfigError || error instanceof RangeError) throw new HttpError(400, error.message);
    throw error;
  }
}

function parseRotation(body: unknown): { readonly version: 1 | 2; readonly overlapMs: number } {
  const table = new ConfigTable(body, "");
  const version = table.integer("version", { min: 1, max: 2 }) ?? table.fail("version", "is missing");
  const overlapMs = table.integer("overlapMs", OVERLAP_MS) ?? DEFAULT_OVERLAP_MS;
  table.end();
  return { version: version === 1 ? 1 : 2, overlapMs };
}
