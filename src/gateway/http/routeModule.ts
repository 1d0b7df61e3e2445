// What a part's routes are written against.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { ApiKey, GatewayParts, Scope } from "../parts.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks. Only in routes with a scope: others have no key, and reading it throws. */
    apiKey: ApiKey;
  }
  interface FastifyContextConfig {
    /** What the API key must be allowed; undefined for everybody, with or without a key. */
    scope?: Scope | undefined;
    /** Anybody may read the answer, from any web page: it needs no key, and is the same for everybody. */
    isForAnyPage?: boolean | undefined;
    /** Answers hold personal data: nothing but the vault keeps them, and a request that is repeated runs again. */
    isPersonal?: boolean | undefined;
  }
}

/** The server that routes are added to. */
export type GatewayApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** The routes of one part. */
export type RouteModule = (app: GatewayApp, parts: GatewayParts) => void;
