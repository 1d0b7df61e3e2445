// Calls operations of the API by their names: paths and types come from the gateway's OpenAPI document (types.ts), reads
// go through the cache, and what a write may have changed leaves it.

import type { Cache } from "../cache/cache.ts";
import type { CachedReads, GetOptions } from "../cache/cachedReads.ts";
import { ConfigError } from "../errors.ts";
import { List, type Page } from "../http/pager.ts";
import type { Answer, ApiRequest, CallOptions, QueryValue, Transport } from "../http/transport.ts";
import { OPERATIONS, type Operations } from "./types.ts";

export type OperationId = keyof Operations;
export type RequestOf<Id extends OperationId> = Operations[Id]["request"];
export type ResponseOf<Id extends OperationId> = Operations[Id]["response"];

/** What a list answers beside its rows. */
interface PageFields {
  readonly has_more: boolean;
  readonly total_count?: number;
  readonly next_cursor?: string | null;
}

/** Operations that answer a page. */
export type ListId = {
  [Id in OperationId]: ResponseOf<Id> extends PageFields ? Id : never;
}[OperationId];

type Fields = Readonly<Record<string, unknown>>;

/** Any request: interfaces of generated types have no index signature. */
interface AnyRequest {
  readonly params?: object | undefined;
  readonly query?: object | undefined;
  readonly body?: unknown;
}

function fieldOf(value: unknown, name: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const field = (value as Fields)[name];
  return typeof field === "string" && field !== "" ? field : undefined;
}

/** A parameter as part of a path. A name that would make another path of it is none. */
function pathPart(name: string, value: unknown): string {
  if (typeof value !== "string" || value === "" || value === "." || value === "..") {
    throw new ConfigError(`${name}: expected an id, got ${JSON.stringify(value)}`);
  }
  return encodeURIComponent(value);
}

function pathOf(template: string, params: object = {}): string {
  const parts = new Map<string, unknown>(Object.entries(params));
  return template.replace(/\{([A-Za-z_]+)\}/g, (_whole, name: string) => pathPart(name, parts.get(name)));
}

/** `/v1/orders/ord_1/pay` may have changed `/v1/orders/ord_1`, which is what is kept. */
function pathAndParents(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(3).map((_part, index) => parts.slice(0, index + 4).join("/"));
}

/** What the calls of one client go through. */
export interface ApiParts {
  readonly transport: Transport;
  readonly cache: Cache;
  readonly reads: CachedReads;
  /** The field by which calls are routed. */
  readonly shardKey: string | undefined;
}

export class Api {
  readonly #parts: ApiParts;

  constructor(parts: ApiParts) {
    this.#parts = parts;
  }

  /** Calls an operation. `changes` names more paths that a write may change. */
  async call<Id extends OperationId>(
    id: Id,
    request: RequestOf<Id>,
    options: CallOptions & { readonly changes?: readonly string[] } = {},
  ): Promise<ResponseOf<Id>> {
    // The gateway keeps to its document; its own tests see to that.
    return (await this.answer(id, request, options)).body as ResponseOf<Id>;
  }

  /** As `call`, with status and headers. */
  async answer<Id extends OperationId>(
    id: Id,
    request: RequestOf<Id>,
    options: CallOptions & { readonly changes?: readonly string[]; readonly headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const sent = { ...this.#request(id, request), headers: options.headers };
    if (sent.method === "GET") return this.#parts.transport.send(sent, options);
    const changed = [...pathAndParents(sent.path), ...(options.changes ?? [])];
    // Before, so that nobody takes a copy that is about to be wrong; after, for those who asked in between.
    await this.#parts.cache.invalidate(changed);
    try {
      return await this.#parts.transport.send(sent, options);
    } finally {
      await this.#parts.cache.invalidate(changed);
    }
  }

  /** Reads one thing, through the cache. */
  async get<Id extends OperationId>(id: Id, request: RequestOf<Id>, options: GetOptions = {}): Promise<ResponseOf<Id>> {
    return (await this.#parts.reads.read(this.#request(id, request), options)) as ResponseOf<Id>;
  }

  /** A list whose rows are taken out of each answer by `rows`. */
  list<Id extends ListId, Item>(
    id: Id,
    request: RequestOf<Id>,
    rows: (answer: ResponseOf<Id>) => readonly Item[],
    options: CallOptions = {},
  ): List<Item> {
    return new List(async (cursor): Promise<Page<Item>> => {
      const answer = await this.call(id, cursor === undefined ? request : behind(request, cursor), options);
      const { has_more, total_count, next_cursor }: PageFields = answer;
      return {
        items: rows(answer),
        totalCount: total_count,
        hasMore: has_more,
        nextCursor: next_cursor ?? undefined,
      };
    });
  }

  /** Opens an answer that goes on. */
  open<Id extends OperationId>(
    id: Id,
    request: RequestOf<Id>,
    { headers, signal }: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
  ): Promise<Response> {
    return this.#parts.transport.open({ ...this.#request(id, request), headers }, signal);
  }

  #request(id: OperationId, { params, query, body }: AnyRequest): ApiRequest {
    const { method, path } = OPERATIONS[id];
    // Query strings hold texts, numbers and lists of them.
    const parameters = query as Readonly<Record<string, QueryValue>> | undefined;
    const request = { method, path: pathOf(path, params), query: parameters, body };
    return { ...request, routeKey: this.#routeKey({ params, query, body }) };
  }

  /** By the shard key where the call has it, otherwise by the id of what it is about. */
  #routeKey({ params, query, body }: AnyRequest): string | undefined {
    const { shardKey } = this.#parts;
    if (shardKey === undefined) return undefined;
    const [id] = Object.values(params ?? {});
    return fieldOf(body, shardKey) ?? fieldOf(query, shardKey) ?? (typeof id === "string" ? id : undefined);
  }
}

/** The same request for the page behind a cursor; what was skipped before is not skipped again. */
function behind<Id extends ListId>(request: RequestOf<Id>, cursor: string): RequestOf<Id> {
  const { offset: _offset, ...query }: Fields = { ...request.query };
  // Every list takes a cursor.
  return { ...request, query: { ...query, cursor } } as RequestOf<Id>;
}
