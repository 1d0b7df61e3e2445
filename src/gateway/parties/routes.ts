// Orders whose money goes to several parties, and the parties.

import { type Static, Type } from "typebox";
import { decodeAddress } from "../../codec/address.ts";
import { Problem } from "../http/problem.ts";
import type { GatewayApp } from "../http/routeModule.ts";
import { Address, Id, ref, Time } from "../http/schemas.ts";
import { NewOrderBody } from "../orders/bodies.ts";
import { prepareOrder } from "../orders/newOrder.ts";
import type { OrderReads } from "../orders/orderReads.ts";
import { writeAnswers } from "../orders/routes/context.ts";
import { answerCreated } from "../orders/routes/create.ts";
import { CreatedOrderSchema } from "../orders/schemas.ts";
import type { ApiKey } from "../parts.ts";
import { rfc3339 } from "../sql/times.ts";
import { sharesOf } from "./revenueSplit.ts";

const STRICT = { additionalProperties: false } as const;
const PARTIES_MAX = 16;
const PARTIES_LIST_MAX = 1_000;
/** One entry is who fulfils. */
const METADATA_MAX = 15;

const Name = Type.String({
  minLength: 1,
  maxLength: 128,
  description: "An account of the chain, or a party of yours.",
});
const { revenue_split: _shares, ...orderFields } = NewOrderBody.properties;

const MultiPartyOrder = Type.Object(
  {
    ...orderFields,
    merchant_id: Type.Optional(Name),
    supplier_id: Type.Optional(Name),
    platform_id: Type.Optional(Name),
    parties: Type.Optional(
      Type.Record(Type.String({ pattern: "^[a-z_]{1,32}$" }), Name, {
        maxProperties: PARTIES_MAX,
        description: "Of other roles. A role that is named nowhere is the party of that id.",
      }),
    ),
    revenue_split: Type.Record(
      Type.String({ pattern: "^[a-z_]{1,32}$" }),
      Type.Union([Type.Number(), Type.String({ maxLength: 6 })]),
      {
        minProperties: 1,
        maxProperties: PARTIES_MAX,
        description: "Percentages by role, at most 2 decimals, together 100.",
        examples: [{ merchant: 70, supplier: 25, platform: 5 }],
      },
    ),
    fulfillment_by: Type.Optional(Type.String({ description: "A role of the split." })),
  },
  STRICT,
);
type MultiPartyOrder = Static<typeof MultiPartyOrder>;

const Party = Type.Object({ id: Id, address: Address, updated_at: Time }, { $id: "Party" });
type Party = Static<typeof Party>;
const Params = Type.Object({ id: Id });
const tags = ["parties"];

function isAddress(text: string): boolean {
  try {
    decodeAddress(text);
    return true;
  } catch {
    // A name, then.
    return false;
  }
}

/** Adds the routes. */
export function addPartyRoutes(app: GatewayApp, reads: OrderReads): void {
  const { parts } = reads;
  const { database } = parts;
  app.addSchema(Party);

  async function partyOf(merchant: string, id: string): Promise<Party | undefined> {
    const [row] = await database.query<Party>(
      `select id, address, ${rfc3339("updated_at")} from parties where merchant = $1 and id = $2`,
      [merchant, id],
    );
    return row;
  }

  /** The account behind a role. Rejects with Problem `not_found`. */
  async function addressOf(key: ApiKey, role: string, body: MultiPartyOrder): Promise<string> {
    const named = {
      merchant: body.merchant_id,
      supplier: body.supplier_id,
      platform: body.platform_id,
      ...body.parties,
    };
    const name = (Object.hasOwn(named, role) ? named[role as keyof typeof named] : undefined) ?? role;
    if (isAddress(name)) return name;
    const party = await partyOf(key.merchant, name);
    if (party !== undefined) return party.address;
    if (name === "merchant") return key.merchant;
    const field = name === role ? `/revenue_split/${role}` : `/${role}_id`;
    throw new Problem("not_found", { detail: "no party of this id: PUT /v1/parties/{id} gives it an address", field });
  }

  app.post(
    "/v1/orders/multi-party",
    {
      config: { scope: "orders:write" },
      schema: {
        operationId: "createMultiPartyOrder",
        tags: ["orders"],
        summary: "Make an order whose money goes to several parties, in the transaction that releases it",
        body: MultiPartyOrder,
        response: writeAnswers(201, ref(CreatedOrderSchema)),
      },
    },
    async (request, reply) => {
      const { apiKey: key, body } = request;
      const { merchant_id, supplier_id, platform_id, parties, revenue_split, fulfillment_by, ...order } = body;
      const roles = Object.keys(revenue_split);
      if (fulfillment_by !== undefined && !roles.includes(fulfillment_by)) {
        throw new Problem("invalid_request", { detail: "this is no role of the split", field: "/fulfillment_by" });
      }
      if (Object.keys(order.metadata ?? {}).length > METADATA_MAX) {
        throw new Problem("invalid_request", { detail: `at most ${METADATA_MAX} entries`, field: "/metadata" });
      }
      const addresses = new Map<string, string>();
      for (const role of roles) addresses.set(role, await addressOf(key, role, body));
      const prepared = await prepareOrder(
        { parts, key, at: "" },
        {
          ...order,
          revenue_split: [...sharesOf(revenue_split, addresses)],
          metadata: { ...order.metadata, ...(fulfillment_by === undefined ? {} : { fulfillment_by }) },
        },
      );
      return answerCreated(reads, { request, reply }, prepared);
    },
  );

  app.put(
    "/v1/parties/:id",
    {
      config: { scope: "orders:write" },
      schema: {
        operationId: "putParty",
        tags,
        summary: "Says which account a party has; orders that are made keep theirs",
        params: Params,
        body: Type.Object({ address: Address }, STRICT),
        response: { 200: ref(Party) },
      },
    },
    async ({ apiKey, params, body }) => {
      if (!isAddress(body.address)) {
        throw new Problem("invalid_request", { detail: "this is no address", field: "/address" });
      }
      await database.query(
        `insert into parties (merchant, id, address, updated_at) values ($1, $2, $3, now())
         on conflict (merchant, id) do update set address = excluded.address, updated_at = excluded.updated_at`,
        [apiKey.merchant, params.id, body.address],
      );
      return requireParty(await partyOf(apiKey.merchant, params.id));
    },
  );

  app.get(
    "/v1/parties/:id",
    {
      config: { scope: "orders:read" },
      schema: { operationId: "getParty", tags, summary: "A party", params: Params, response: { 200: ref(Party) } },
    },
    async ({ apiKey, params }) => requireParty(await partyOf(apiKey.merchant, params.id)),
  );

  app.get(
    "/v1/parties",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "listParties",
        tags,
        summary: `The merchant's parties by id, the first ${PARTIES_LIST_MAX}`,
        response: { 200: Type.Object({ parties: Type.Array(ref(Party)) }) },
      },
    },
    async ({ apiKey }) => ({
      parties: [
        ...(await database.query<Party>(
          `select id, address, ${rfc3339("updated_at")} from parties where merchant = $1 order by id limit ${PARTIES_LIST_MAX}`,
          [apiKey.merchant],
        )),
      ],
    }),
  );
}

function requireParty(party: Party | undefined): Party {
  if (party === undefined) throw new Problem("not_found", "no party of this id");
  return party;
}
