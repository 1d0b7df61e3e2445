// `GET /v1/health`, for load balancers and people: without a key, and without anything that is not theirs to know.

import { Type } from "typebox";
import type { RouteModule } from "../http/routeModule.ts";
import { oneOf, ref, Time } from "../http/schemas.ts";
import { type CacheCounts, checkHealth } from "./checks.ts";

const Status = oneOf(["healthy", "degraded", "unhealthy"]);

const HealthSchema = Type.Object(
  {
    status: Status,
    checks: Type.Object({
      database: Type.Object({ status: Status, response_time: Type.String() }),
      blockchain: Type.Object({
        status: Status,
        block_height: Type.Integer(),
        read_model_height: Type.Integer(),
        sync_status: oneOf(["synced", "syncing", "unreachable"]),
      }),
      cache: Type.Object({
        status: Status,
        hit_rate: Type.Number({ description: "Reads that a client's own copy still answered." }),
      }),
      external_apis: Type.Object({ status: Status, details: Type.String() }),
    }),
    timestamp: Time,
  },
  { $id: "Health" },
);

/** Adds the route. */
export const healthRoutes: RouteModule = (app, parts) => {
  app.addSchema(HealthSchema);
  const cache: CacheCounts = { hits: 0, lookups: 0 };
  // A client that shows a validator asks whether its copy is still good.
  app.addHook("onResponse", async (request, reply) => {
    if (request.headers["if-none-match"] === undefined) return;
    cache.lookups += 1;
    if (reply.statusCode === 304) cache.hits += 1;
  });
  app.get(
    "/v1/health",
    {
      config: { isForAnyPage: true },
      schema: {
        operationId: "getHealth",
        tags: ["health"],
        summary: "How the gateway is",
        response: { 200: ref(HealthSchema), 503: ref(HealthSchema) },
      },
    },
    async (_request, reply) => {
      const health = await checkHealth(parts, cache, parts.externals ?? []);
      return reply.code(health.status === "unhealthy" ? 503 : 200).send(health);
    },
  );
};
