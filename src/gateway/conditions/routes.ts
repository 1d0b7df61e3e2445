// Orders that wait for conditions, the conditions there are, and the stock that one of them looks at.

import { type Static, Type } from "typebox";
import { Problem } from "../http/problem.ts";
import type { GatewayApp } from "../http/routeModule.ts";
import { Address, Id, oneOf, ref, Time } from "../http/schemas.ts";
import { NewOrderBody } from "../orders/bodies.ts";
import { prepareOrder } from "../orders/newOrder.ts";
import type { OrderReads } from "../orders/orderReads.ts";
import { OrderParams, writeAnswers } from "../orders/routes/context.ts";
import { answerCreated } from "../orders/routes/create.ts";
import { CreatedOrderSchema, OrderSchema } from "../orders/schemas.ts";
import type { ApiKey } from "../parts.ts";
import { rfc3339 } from "../sql/times.ts";
import { type ConditionalOrder, findConditional, HOLD_REASON, lookAt, release } from "./conditionalOrders.ts";
import { CONDITION_MODULES, type Condition, checkCondition } from "./modules.ts";

const STRICT = { additionalProperties: false } as const;
const CONDITIONS_MAX = 8;
/** As long as the chain lets an order wait for payment. */
const DEADLINE_SECONDS = 30 * 86_400;
const QUANTITY_MAX = 1_000_000_000;

const Value = Type.Union([Type.String({ maxLength: 128 }), Type.Integer(), Type.Boolean()]);

const ConditionSchema = Type.Object(
  {
    contract_address: Type.String({ minLength: 1, maxLength: 128, description: "Of GET /v1/conditions." }),
    method: Type.String({ minLength: 1, maxLength: 64 }),
    params: Type.Array(Value, { maxItems: 8 }),
    expected_result: Value,
  },
  STRICT,
);

const ConditionalBody = Type.Object(
  {
    ...NewOrderBody.properties,
    conditions: Type.Union([
      ConditionSchema,
      Type.Array(ConditionSchema, { minItems: 1, maxItems: CONDITIONS_MAX, description: "All have to be met." }),
    ]),
    auto_execute: Type.Optional(
      Type.Boolean({ default: false, description: "Released by itself; otherwise by POST …/execute." }),
    ),
  },
  STRICT,
);

const Waiting = Type.Object(
  {
    order_id: Id,
    status: oneOf(["WAITING", "RELEASED", "ENDED"]),
    auto_execute: Type.Boolean(),
    conditions: Type.Array(Type.Object({ ...ConditionSchema.properties, is_met: Type.Boolean() })),
    created_at: Time,
    updated_at: Time,
  },
  { $id: "OrderConditions" },
);

const Stock = Type.Object(
  { sku: Type.String(), quantity: Type.Integer({ minimum: 0, maximum: QUANTITY_MAX }), updated_at: Time },
  { $id: "Stock" },
);
const SkuParams = Type.Object({ sku: Type.String({ minLength: 1, maxLength: 64 }) });

/** Adds the routes. */
export function addConditionRoutes(app: GatewayApp, reads: OrderReads): void {
  const { parts } = reads;
  const { database } = parts;
  app.addSchema(Waiting);
  app.addSchema(Stock);

  async function requireConditional(key: ApiKey, id: string): Promise<ConditionalOrder> {
    const order = await findConditional(parts, id);
    if (order?.merchant === key.merchant) return order;
    throw new Problem("not_found", "there is no such order with conditions");
  }

  app.post(
    "/v1/orders/conditional",
    {
      config: { scope: "orders:write" },
      schema: {
        operationId: "createConditionalOrder",
        tags: ["orders"],
        summary: "Make an order that is held until its conditions are met",
        body: ConditionalBody,
        response: writeAnswers(201, ref(CreatedOrderSchema)),
      },
    },
    async (request, reply) => {
      const { apiKey: key, body } = request;
      const { conditions: given, auto_execute = false, ...order } = body;
      const conditions: readonly Condition[] = Array.isArray(given) ? given : [given];
      for (const [index, condition] of conditions.entries()) {
        checkCondition(condition, Array.isArray(given) ? `/conditions/${index}` : "/conditions");
      }
      const prepared = await prepareOrder(
        { parts, key, at: "" },
        { ...order, expires_in_seconds: order.expires_in_seconds ?? DEADLINE_SECONDS },
      );
      // Who has to be looked at first waits for that, whatever the conditions say.
      const held = { ...prepared, holdReason: prepared.holdReason ?? HOLD_REASON };
      return answerCreated(reads, { request, reply }, held, { conditions, auto_execute });
    },
  );

  app.get(
    "/v1/orders/:order_id/conditions",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "getOrderConditions",
        tags: ["orders"],
        summary: "What an order waits for, and whether it is met now",
        params: OrderParams,
        response: { 200: ref(Waiting) },
      },
    },
    async ({ apiKey, params }): Promise<Static<typeof Waiting>> => {
      const order = await requireConditional(apiKey, params.order_id);
      const met = await lookAt(parts, order, new Date());
      return {
        order_id: order.id,
        status: order.status,
        auto_execute: order.auto_execute,
        conditions: order.conditions.map((condition, index) => ({
          ...condition,
          params: [...condition.params],
          is_met: met[index] === true,
        })),
        created_at: order.created_at,
        updated_at: order.updated_at,
      };
    },
  );

  app.post(
    "/v1/orders/:order_id/execute",
    {
      config: { scope: "orders:write" },
      schema: {
        operationId: "executeOrder",
        tags: ["orders"],
        summary: "Release an order whose conditions are met; 409 while one is not",
        params: OrderParams,
        response: { 200: ref(OrderSchema) },
      },
    },
    async ({ apiKey: key, params }) => {
      const order = await requireConditional(key, params.order_id);
      const height = await release(parts, key, order, new Date());
      reads.lastWrites.wrote(key.merchant, [order.id], height);
      return reads.view(await reads.freshOrder(key, order.id));
    },
  );

  app.get(
    "/v1/conditions",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "listConditions",
        tags: ["orders"],
        summary: "What orders can wait for",
        response: {
          200: Type.Object({
            conditions: Type.Array(
              Type.Object({
                name: Type.String(),
                contract_address: Address,
                methods: Type.Array(Type.Object({ method: Type.String(), params: Type.Array(Type.String()) })),
              }),
            ),
          }),
        },
      },
    },
    async () => ({
      conditions: CONDITION_MODULES.map(({ name, address, methods }) => ({
        name,
        contract_address: address,
        methods: Object.entries(methods).map(([method, { params }]) => ({ method, params: [...params] })),
      })),
    }),
  );

  async function stockOf(merchant: string, sku: string): Promise<Static<typeof Stock>> {
    const [row] = await database.query<{ sku: string; quantity: string; updated_at: string }>(
      `select sku, quantity, ${rfc3339("updated_at")} from inventory where merchant = $1 and sku = $2`,
      [merchant, sku],
    );
    if (row === undefined) throw new Problem("not_found", "nobody counted this SKU");
    return { ...row, quantity: Number(row.quantity) };
  }

  app.put(
    "/v1/inventory/:sku",
    {
      config: { scope: "orders:write" },
      schema: {
        operationId: "putInventory",
        tags: ["inventory"],
        summary: "Says how many there are; orders do not change it",
        params: SkuParams,
        body: Type.Object({ quantity: Stock.properties.quantity }, STRICT),
        response: { 200: ref(Stock) },
      },
    },
    async ({ apiKey, params, body }) => {
      await database.query(
        `insert into inventory (merchant, sku, quantity, updated_at) values ($1, $2, $3, now())
         on conflict (merchant, sku) do update set quantity = excluded.quantity, updated_at = excluded.updated_at`,
        [apiKey.merchant, params.sku, body.quantity],
      );
      return stockOf(apiKey.merchant, params.sku);
    },
  );

  app.get(
    "/v1/inventory/:sku",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "getInventory",
        tags: ["inventory"],
        summary: "How many there are",
        params: SkuParams,
        response: { 200: ref(Stock) },
      },
    },
    async ({ apiKey, params }) => stockOf(apiKey.merchant, params.sku),
  );
}
