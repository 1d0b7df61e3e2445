// The page behind `payment_url`, its script and style, its stream of changes, and the calls for a wallet. Public: who knows
// an order's id may see what the chain tells everybody, and pay it.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { formatMoney } from "../http/money.ts";
import { Problem } from "../http/problem.ts";
import type { GatewayApp, RouteModule } from "../http/routeModule.ts";
import { Id, SERVER_SENT_EVENT } from "../http/schemas.ts";
import type { ChainObject } from "../readModel/blockRows.ts";
import type { Sql } from "../sql/database.ts";
import { burnCalls } from "./burnCalls.ts";
import { checkoutPage, missingPage } from "./checkoutPage.ts";
import { type CheckoutState, checkoutState, WORDINGS } from "./checkoutState.ts";
import { OrderWatch } from "./orderWatch.ts";
import type { EvmAddress } from "./paymentChain.ts";
import { type PaymentRoute, routesOf } from "./paymentChains.ts";
import { Visitors } from "./visitors.ts";

/** Nothing from elsewhere, nothing inline, no frames. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE_HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
};

/** Comments keep a stream from being taken for dead; after a while the browser opens a new one. */
const HEARTBEAT_MS = 15_000;
const STREAM_MS = 600_000;
const RECONNECT_MS = 2_000;
/** A reader that does not read is let go. */
const STREAM_BYTES_MAX = 64 * 1024;

const ORDER_ID = /^ord_[1-9A-HJ-NP-Za-km-z]{12}$/;
const Params = Type.Object({ order_id: Id });
const CallsQuery = Type.Object(
  {
    domain: Type.Integer({ minimum: 0, maximum: 4_294_967_295 }),
    version: Type.Integer({ minimum: 1, maximum: 2 }),
    payer: Type.String({ pattern: "^0x[0-9a-fA-F]{40}$", description: "Where a refund goes." }),
  },
  { additionalProperties: false },
);
const CallSchema = Type.Object({ to: Type.String(), data: Type.String() });
const CallsSchema = Type.Object({
  chain_id: Type.Integer(),
  amount: Type.String(),
  max_fee: Type.String(),
  approve: CallSchema,
  burn: CallSchema,
});

/** What the handlers share. */
interface Checkout {
  readonly state: (orderId: string) => Promise<CheckoutState | undefined>;
  readonly routes: () => Promise<readonly PaymentRoute[]>;
  readonly watch: OrderWatch;
  readonly visitors: Visitors;
  readonly chainId: string;
  /** Those that are open; a server that stops ends them. */
  readonly streams: Set<PassThrough>;
}

async function findState(sql: Sql, orderId: string, nowMs: number): Promise<CheckoutState | undefined> {
  if (!ORDER_ID.test(orderId)) return undefined;
  const [row] = await sql.query<{ document: ChainObject }>("select document from orders where id = $1", [orderId]);
  return row === undefined ? undefined : checkoutState(row.document, nowMs);
}

export const checkoutRoutes: RouteModule = (app, { database, projector, chain, paymentChains }) => {
  const nowMs = Date.now;
  const checkout: Checkout = {
    state: (orderId) => findState(database, orderId, nowMs()),
    routes: routesOf(chain, paymentChains ?? [], nowMs),
    watch: new OrderWatch(database, projector, (error) => app.log.warn({ err: error }, "looking at orders failed")),
    visitors: new Visitors(nowMs),
    chainId: chain.chainId,
    streams: new Set(),
  };
  app.addHook("preClose", async () => {
    checkout.watch.stop();
    for (const stream of checkout.streams) stream.end();
  });
  addAssets(app);
  addPage(app, checkout);
  addEvents(app, checkout);
  addCalls(app, checkout);
};

function addAssets(app: GatewayApp): void {
  const assets = [
    ["checkout.css", "text/css; charset=utf-8"],
    ["checkout.js", "text/javascript; charset=utf-8"],
  ] as const;
  for (const [name, type] of assets) {
    const content = readFileSync(join(import.meta.dirname, "page", name));
    const etag = `"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`;
    app.get(`/pay/assets/${name}`, { schema: { hide: true } }, async (request, reply) => {
      reply.headers({ ...PAGE_HEADERS, "cache-control": "public, max-age=0, must-revalidate", etag });
      if (request.headers["if-none-match"] === etag) return reply.code(304).send();
      return reply.type(type).send(content);
    });
  }
}

function sendPage(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply
    .code(status)
    .headers({ ...PAGE_HEADERS, "cache-control": "no-store" })
    .type("text/html; charset=utf-8")
    .send(text);
}

function addPage(app: GatewayApp, { state, routes, visitors, chainId }: Checkout): void {
  app.get(
    "/pay/:order_id",
    { schema: { hide: true, params: Type.Object({ order_id: Type.String() }) } },
    async (request, reply) => {
      visitors.request(request.ip);
      const found = await state(request.params.order_id);
      if (found === undefined) return sendPage(reply, 404, missingPage());
      const ways = WORDINGS[found.kind].isPayable ? await routes() : [];
      return sendPage(reply, 200, checkoutPage({ state: found, routes: ways, chainId }));
    },
  );
}

async function requireState(checkout: Checkout, orderId: string): Promise<CheckoutState> {
  const found = await checkout.state(orderId);
  if (found === undefined) throw new Problem("not_found", "there is no such order");
  return found;
}

function addEvents(app: GatewayApp, checkout: Checkout): void {
  const { visitors, watch, streams } = checkout;
  app.get(
    "/pay/:order_id/events",
    {
      config: { isForAnyPage: true },
      schema: {
        operationId: "watchCheckout",
        tags: ["checkout"],
        summary: "Hear of each change of an order, as server-sent events",
        params: Params,
        response: {
          200: {
            description: "Events `state` with the order's state; the page has the rest.",
            content: { "text/event-stream": { schema: Type.Unsafe<PassThrough>(SERVER_SENT_EVENT) } },
          },
        },
      },
    },
    async (request, reply) => {
      visitors.request(request.ip);
      const first = await requireState(checkout, request.params.order_id);
      const stream = openStream(request, visitors.openStream(request.ip));
      const tell = ({ kind, revision }: Pick<CheckoutState, "kind" | "revision">) =>
        stream.write(`event: state\nid: ${revision}\ndata: ${JSON.stringify({ kind, revision })}\n\n`);
      const unwatch = watch.add(first.orderId, first.revision, () => {
        checkout
          .state(first.orderId)
          .then((next) => next !== undefined && tell(next))
          .catch(() => stream.end());
      });
      streams.add(stream);
      stream.once("close", () => {
        streams.delete(stream);
        unwatch();
      });
      stream.write(`retry: ${RECONNECT_MS}\n`);
      tell(first);
      return reply
        .headers({ ...PAGE_HEADERS, "cache-control": "no-store", "x-accel-buffering": "no" })
        .type("text/event-stream; charset=utf-8")
        .send(stream);
    },
  );
}

/** A stream to a browser, which ends with its connection, after a while, or when nobody reads it. */
function openStream(request: FastifyRequest, release: () => void): PassThrough {
  const stream = new PassThrough();
  const heartbeat = setInterval(() => {
    if (stream.writableLength > STREAM_BYTES_MAX) stream.destroy();
    else stream.write(":\n\n");
  }, HEARTBEAT_MS);
  const end = setTimeout(() => stream.end(), STREAM_MS);
  stream.once("close", () => {
    clearInterval(heartbeat);
    clearTimeout(end);
    release();
  });
  request.raw.once("close", () => stream.destroy());
  return stream;
}

function addCalls(app: GatewayApp, checkout: Checkout): void {
  app.get(
    "/pay/:order_id/calls",
    {
      config: { isForAnyPage: true },
      schema: {
        operationId: "getPaymentCalls",
        tags: ["checkout"],
        summary: "The transactions by which an account of an EVM chain pays an order",
        params: Params,
        querystring: CallsQuery,
        response: { 200: CallsSchema },
      },
    },
    async (request, reply) => {
      checkout.visitors.request(request.ip);
      const state = await requireState(checkout, request.params.order_id);
      if (!WORDINGS[state.kind].isPayable) throw new Problem("conflict", WORDINGS[state.kind].detail);
      const { domain, version, payer } = request.query;
      const route = (await checkout.routes()).find((one) => one.chain.domain === domain && one.version === version);
      if (route === undefined) throw new Problem("not_found", "orders cannot be paid from there");
      const { amount, maxFee, approve, burn } = burnCalls(state, route, payer as EvmAddress);
      void reply.header("cache-control", "no-store");
      return {
        chain_id: route.chain.chainId,
        amount: formatMoney(amount),
        max_fee: formatMoney(maxFee),
        approve: { to: approve.to, data: approve.data },
        burn: { to: burn.to, data: burn.data },
      };
    },
  );
}
