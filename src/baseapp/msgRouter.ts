// Finds the handler of a message and the handler of a query.

import { ChainError } from "../codec/chainError.ts";
import type { TypeRegistry } from "../codec/registry.ts";
import { ErrUnknownRequest } from "../codec/sdkErrors.ts";
import type { AppModule, MsgHandler, QueryHandler } from "./module.ts";

/** The handlers of all modules. Throws when two claim one message, and when a service is only partly handled. */
export class Router {
  readonly #msgs = new Map<string, MsgHandler>();
  readonly #queries = new Map<string, QueryHandler>();

  constructor(modules: readonly AppModule[], registry: TypeRegistry) {
    for (const module of modules) {
      for (const handler of module.msgs) {
        if (this.#msgs.has(handler.typeUrl)) throw new Error(`two handlers of ${handler.typeUrl}`);
        this.#msgs.set(handler.typeUrl, handler);
        registry.register(handler.request);
        registry.register(handler.response);
      }
      for (const handler of module.queries) {
        if (this.#queries.has(handler.path)) throw new Error(`two handlers of ${handler.path}`);
        this.#queries.set(handler.path, handler);
      }
    }
    this.#checkServices(registry);
  }

  /** The handler of a message. Throws ErrUnknownRequest. */
  msg(typeUrl: string): MsgHandler {
    const handler = this.#msgs.get(typeUrl);
    if (handler === undefined) throw new ChainError(ErrUnknownRequest, `no message handler found for ${typeUrl}`);
    return handler;
  }

  /** The handler of a message, or undefined. */
  findMsg(typeUrl: string): MsgHandler | undefined {
    return this.#msgs.get(typeUrl);
  }

  query(path: string): QueryHandler | undefined {
    return this.#queries.get(path);
  }

  /** Paths of all queries, sorted. */
  queryPaths(): readonly string[] {
    return [...this.#queries.keys()].sort((a, b) => (a < b ? -1 : 1));
  }

  /** A service that is handled at all is handled whole, with the types of its .proto file. */
  #checkServices(registry: TypeRegistry): void {
    const problems: string[] = [];
    for (const service of registry.services()) {
      const handled = service.methods.filter((method) =>
        service.isMsgService ? this.#msgs.has(`/${method.inputType}`) : this.#queries.has(method.path),
      );
      if (handled.length === 0) continue;
      for (const method of service.methods) {
        if (!handled.includes(method)) problems.push(`${method.path} has no handler`);
      }
      for (const method of handled) {
        const handler = service.isMsgService ? this.msg(`/${method.inputType}`) : this.query(method.path);
        if (handler?.request.$type !== method.inputType || handler.response.$type !== method.outputType) {
          problems.push(`${method.path} is handled with other types`);
        }
      }
    }
    if (problems.length > 0) throw new Error(problems.join("; "));
  }
}
