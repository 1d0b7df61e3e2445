// The HTTP server: what holds for every route. Routes themselves are in the parts' folders, listed in ROUTE_MODULES.

import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RouteOptions,
} from "fastify";
import { Type } from "typebox";
import { analyticsRoutes } from "../analytics/routes.ts";
import { checkoutRoutes } from "../checkout/routes.ts";
import { complianceRoutes } from "../compliance/routes.ts";
import { customerRoutes } from "../customers/routes.ts";
import { eventRoutes } from "../events/routes.ts";
import { healthRoutes } from "../health/routes.ts";
import { orderRoutes } from "../orders/routes/index.ts";
import type { ApiKey, GatewayParts } from "../parts.ts";
import { quoteRoutes } from "../pricing/routes.ts";
import { reportRoutes } from "../reports/routes.ts";
import { subscriptionRoutes } from "../subscriptions/routes.ts";
import { webhookRoutes } from "../webhooks/routes.ts";
import { addCaching } from "./caching.ts";
import { addCors } from "./cors.ts";
import { PROBLEM_TYPE, problemDocument, sendProblem } from "./errors.ts";
import { BODY_BYTES_MAX, PARAM_MAX, readQuery, requireLimits, requirePlainBody } from "./limits.ts";
import { Problem } from "./problem.ts";
import type { GatewayApp, RouteModule } from "./routeModule.ts";
import { FORMATS, ProblemAnswer, ProblemSchema } from "./schemas.ts";

/** Version of the API as its document tells it; the paths' `v1` is its major part. */
const API_VERSION = "1.0.0";

/** All routes of the API, part by part. */
export const ROUTE_MODULES: readonly RouteModule[] = [
  healthRoutes,
  orderRoutes,
  quoteRoutes,
  subscriptionRoutes,
  customerRoutes,
  complianceRoutes,
  analyticsRoutes,
  reportRoutes,
  checkoutRoutes,
  eventRoutes,
  webhookRoutes,
];

/** Whose key a request shows. Throws Problem `unauthorized`. */
export type Authenticate = (request: FastifyRequest) => Promise<ApiKey>;

/** How a server is made. */
export interface GatewayAppOptions {
  readonly authenticate: Authenticate;
  readonly logger?: FastifyBaseLogger | undefined;
  /** Default: ROUTE_MODULES. */
  readonly routes?: readonly RouteModule[] | undefined;
  /** What else holds for every route (rate limits, idempotency): called before routes are added. */
  readonly plugins?: readonly RouteModule[] | undefined;
  /** Origins of web pages that may ask with an API key; none by default. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** The server that the routes answer on, where it is there already. */
  readonly serverFactory?: ((handler: RequestListener) => Server) | undefined;
}

/** A client's own id for a request is taken when it is printable and short. */
function requestId({ headers }: IncomingMessage): string {
  const given = headers["request-id"];
  return typeof given === "string" && /^[A-Za-z0-9_.:-]{1,64}$/.test(given)
    ? given
    : `req_${randomBytes(12).toString("hex")}`;
}

/** Makes the server, with every route; it listens to nothing yet. */
export async function createGatewayApp(parts: GatewayParts, options: GatewayAppOptions): Promise<GatewayApp> {
  const app: GatewayApp = Fastify({
    ...(options.serverFactory === undefined ? {} : { serverFactory: options.serverFactory }),
    ...(options.logger === undefined ? { logger: false } : { loggerInstance: options.logger }),
    // Fastify's own lines hold addresses and query strings.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "request_id" }),
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: { maxParamLength: PARAM_MAX },
    requestIdHeader: false,
    genReqId: requestId,
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: true,
        allErrors: false,
        formats: FORMATS,
      },
    },
    serializerOpts: { ajv: { formats: FORMATS } },
    frameworkErrors: (error, request, reply) => {
      void sendProblem(error, request as FastifyRequest, reply as FastifyReply);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.removeContentTypeParser("text/plain");
  app.addSchema(ProblemSchema);
  addCors(app, options.corsOrigins ?? []);
  addHooks(app, options.authenticate);
  addCaching(app);
  const routed = describeRoutes(app);
  app.setNotFoundHandler((request, reply) => sendNotFound(routed, request, reply));
  // What is wrong with a request to nowhere matters less than that it leads nowhere.
  app.setErrorHandler((error, request, reply) =>
    request.is404 ? sendNotFound(routed, request, reply) : sendProblem(error, request, reply),
  );
  await addDocument(app, parts.publicUrl);
  for (const add of [...(options.plugins ?? []), ...(options.routes ?? ROUTE_MODULES)]) add(app, parts);
  return app;
}

/** What happens to every request, in this order. */
function addHooks(app: GatewayApp, authenticate: Authenticate): void {
  const keys = new WeakMap<FastifyRequest, ApiKey>();
  app.decorateRequest("apiKey", {
    getter(this: FastifyRequest) {
      const key = keys.get(this);
      if (key === undefined) throw new Error("a route without scope has no API key");
      return key;
    },
  });
  app.addHook("onRequest", async (request, reply) => {
    void reply.header("request-id", request.id);
    const { scope } = request.routeOptions.config;
    if (scope === undefined) return;
    const key = await authenticate(request);
    if (!key.scopes.has(scope)) throw new Problem("forbidden", `the API key lacks the scope ${scope}`);
    keys.set(request, key);
  });
  app.addHook("preParsing", async ({ method, headers }) => {
    if (method !== "GET" && method !== "HEAD") requirePlainBody(headers);
  });
  app.addHook("preValidation", async (request) => {
    requireLimits(request.params);
    requireLimits(request.query);
    requireLimits(request.body);
    request.query = readQuery(request.query, request.routeOptions.schema?.querystring);
  });
  app.addHook("onResponse", async (request, reply) => {
    const { method, url: route } = request.routeOptions;
    request.log.info({ method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, "answered");
  });
}

const WriteHeaders = Type.Object({
  "idempotency-key": Type.Optional(
    Type.String({
      pattern: "^[!-~]{1,255}$",
      description: "The same key and body: the same answer, and nothing done twice.",
    }),
  ),
  prefer: Type.Optional(Type.String({ maxLength: 256, description: "`respond-async` answers 202 at once." })),
});

interface Routed {
  readonly methods: readonly string[];
  readonly path: RegExp;
}

/** Adds what every route's description has in common, and remembers which paths exist. */
function describeRoutes(app: GatewayApp): readonly Routed[] {
  const routed: Routed[] = [];
  app.addHook("onRoute", (route: RouteOptions) => {
    routed.push({ methods: [route.method].flat(), path: pathPattern(route.url) });
    if (route.schema === undefined) return;
    const { scope } = route.config ?? {};
    route.schema = {
      ...route.schema,
      ...(scope === undefined ? {} : { security: [{ apiKey: [] }], "x-scope": scope }),
      response: { "4xx": ProblemAnswer, "5xx": ProblemAnswer, ...(route.schema.response as object | undefined) },
    };
    const isWrite =
      scope !== undefined && ![route.method].flat().some((method) => method === "GET" || method === "HEAD");
    if (isWrite) route.schema.headers ??= WriteHeaders;
  });
  return routed;
}

function pathPattern(url: string): RegExp {
  const escaped = url.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/:[A-Za-z_]+/g, "[^/]+").replace(/\*/g, ".*")}$`);
}

function sendNotFound(routed: readonly Routed[], request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split("?", 1)[0]!;
  const methods = routed.filter((route) => route.path.test(path)).flatMap((route) => route.methods);
  const problem =
    methods.length === 0
      ? new Problem("not_found", "no route has this path")
      : new Problem("method_not_allowed", `this path has ${[...new Set(methods)].join(", ")}`);
  if (methods.length > 0) void reply.header("allow", [...new Set(methods)].join(", "));
  return reply.code(problem.status).header("content-type", PROBLEM_TYPE).send(problemDocument(problem, request.id));
}

/** The OpenAPI document, and a page to browse it. */
async function addDocument(app: GatewayApp, publicUrl: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "StateSet Orders API",
        version: API_VERSION,
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          apiKey: { type: "http", scheme: "bearer", description: "`Authorization: Bearer sk_test_…`" },
        },
      },
    },
    refResolver: {
      buildLocalReference: (schema, _base, _fragment, index) =>
        typeof schema.$id === "string" ? schema.$id : `def-${index}`,
    },
  });
  await app.register(swaggerUi, { routePrefix: "/docs" });
  app.get("/openapi.json", { schema: { hide: true }, config: { isForAnyPage: true } }, async () => app.swagger());
}
