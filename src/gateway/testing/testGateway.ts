// A gateway for tests of routes: the HTTP server over a database and a simulated chain, with API keys that are given.

import type { InjectOptions, LightMyRequestResponse } from "fastify";
import { PEOPLE } from "../../../x/orders/testing/ordersWorld.ts";
import { createGatewayApp } from "../http/app.ts";
import { Problem } from "../http/problem.ts";
import type { GatewayApp, RouteModule } from "../http/routeModule.ts";
import { type ApiKey, type GatewayParts, SCOPES } from "../parts.ts";
import { EXAMPLE_RATES, Quotes } from "../pricing/quotes.ts";
import { PROJECTION_HOOKS } from "../projectionHooks.ts";
import { Projector } from "../readModel/projector.ts";
import type { Database } from "../sql/database.ts";
import { testMasterKeys } from "../vault/testing/masterKeys.ts";
import { Vault } from "../vault/vault.ts";
import { testWebhooks } from "../webhooks/testing/testWebhooks.ts";
import type { WebhooksParts } from "../webhooks/webhooks.ts";
import { SimulatedChain } from "./simulatedChain.ts";

/** What a test may say about its gateway. */
export interface TestGatewayOptions {
  /** Empty, with tables: `testDatabases()` gives one. */
  readonly database: Database;
  /** Default: all of the API. */
  readonly routes?: readonly RouteModule[];
  readonly plugins?: readonly RouteModule[];
  readonly corsOrigins?: readonly string[];
  /** Keys by the text that the client shows; `key` is there in any case. */
  readonly keys?: Readonly<Record<string, ApiKey>>;
  /** Parts instead of those that refuse, such as a writer. */
  readonly parts?: Partial<GatewayParts>;
  readonly chain?: SimulatedChain;
  /** How webhooks are delivered, once the test starts that. */
  readonly webhooks?: Partial<WebhooksParts>;
}

/** A gateway that runs, without a port. */
export interface TestGateway {
  readonly app: GatewayApp;
  readonly parts: GatewayParts;
  readonly chain: SimulatedChain;
  /** The key behind `Bearer test`: every scope, the merchant of the simulation. */
  readonly key: ApiKey;
  /** A request with that key. */
  inject(request: InjectOptions): Promise<LightMyRequestResponse>;
  /** Lets the chain grow, and waits until the read model has it. */
  grow(blocks: number, messages?: number): Promise<void>;
  close(): Promise<void>;
}

/** A key that may do everything in the name of a merchant. */
export function testKey(merchant: string, given: Partial<ApiKey> = {}): ApiKey {
  return { id: "key_test", kind: "test", scopes: new Set(SCOPES), merchant, signer: merchant, ...given };
}

function refused(): never {
  throw new Problem("chain_unavailable", "this test has no chain to write to");
}

/** Starts one. */
export async function testGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const chain = options.chain ?? new SimulatedChain(1);
  const projector = new Projector({
    ...{ database: options.database, source: chain, hooks: PROJECTION_HOOKS },
    onOtherChain: "stop",
  });
  let failure: unknown;
  await projector.start((error) => {
    failure = error;
  });
  const parts: GatewayParts = {
    database: options.database,
    source: chain,
    projector,
    writer: { submit: async () => refused(), submitSigned: async () => refused(), find: async () => undefined },
    chain: { chainId: chain.chainId, query: async () => refused() },
    vault: new Vault({
      database: options.database,
      masterKeys: testMasterKeys("test"),
      now: () => new Date(),
    }),
    quotes: new Quotes({ database: options.database, rates: EXAMPLE_RATES, now: () => new Date() }),
    webhooks: testWebhooks(options.database, projector, options.webhooks),
    publicUrl: "http://127.0.0.1:8080",
    ...options.parts,
  };
  const key = testKey(PEOPLE.merchant);
  const keys: Readonly<Record<string, ApiKey>> = { test: key, ...options.keys };
  const app = await createGatewayApp(parts, {
    routes: options.routes,
    plugins: options.plugins,
    corsOrigins: options.corsOrigins,
    authenticate: async ({ headers }) => {
      const found = keys[headers.authorization?.replace("Bearer ", "") ?? ""];
      if (found === undefined) throw new Problem("unauthorized", "no such API key");
      return found;
    },
  });
  await app.ready();
  return {
    app,
    parts,
    chain,
    key,
    inject: (request) => app.inject({ ...request, headers: { authorization: "Bearer test", ...request.headers } }),
    async grow(blocks, messages) {
      chain.grow(blocks, messages);
      if (!(await projector.reached(chain.blocks.length, 10_000)))
        throw new Error("the read model stands still", { cause: failure });
    },
    async close() {
      await app.close();
      await parts.webhooks.close();
      await projector.stop();
    },
  };
}
