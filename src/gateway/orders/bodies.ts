// What the routes of orders take. The published description and its examples name the same thing twice in places
// (`price` and `unit_price`, `customer.id` and `customer_id`); both are taken, and refused where they differ.

import { type Static, Type } from "typebox";
import { Money } from "../http/money.ts";
import { Address, oneOf, Time } from "../http/schemas.ts";
import { DISPUTE_OUTCOMES } from "./schemas.ts";

/** Orders or payments of one request, lines of an order, entries of its metadata: the chain's own limits. */
export const BATCH_MAX = 100;
const ITEMS_MAX = 100;
const METADATA_MAX = 16;
const STRICT = { additionalProperties: false } as const;

const Name = Type.String({ minLength: 1, maxLength: 64 });
const Line = Type.String({ maxLength: 256 });
/** What people write for the record; it is public. */
const Reason = Type.String({ maxLength: 256, description: "On the chain, for everybody to read: no personal data." });
const CustomerId = Type.String({ minLength: 1, maxLength: 64, description: "Your name of the customer; public." });
const Bytes32 = Type.String({ pattern: "^(0x)?[0-9a-fA-F]{64}$" });

/** A postal address; it never reaches the chain. */
const PostalAddress = Type.Object(
  {
    name: Type.Optional(Line),
    company: Type.Optional(Line),
    address_line_1: Type.Optional(Line),
    address_line_2: Type.Optional(Line),
    city: Type.Optional(Line),
    state: Type.Optional(Line),
    postal_code: Type.Optional(Type.String({ maxLength: 32 })),
    country: Type.Optional(Type.String({ pattern: "^[A-Z]{2}$", description: "ISO 3166-1, two letters." })),
    phone: Type.Optional(Type.String({ maxLength: 64 })),
    email: Type.Optional(Type.String({ maxLength: 254 })),
  },
  STRICT,
);

const FreeAddress = Type.Union([PostalAddress, Type.String({ minLength: 1, maxLength: 1024 })]);

const NewItem = Type.Object(
  {
    sku: Name,
    quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    unit_price: Type.Optional(Money),
    price: Type.Optional(Type.String({ ...Money, description: "Another name of unit_price." })),
    description: Type.Optional(Type.String({ maxLength: 1024 })),
  },
  STRICT,
);

const ExchangeRate = Type.Object(
  {
    from: Type.Optional(Type.String({ pattern: "^[A-Z]{3,5}$" })),
    to: Type.Optional(Type.String({ pattern: "^[A-Z]{3,5}$" })),
    rate: Type.Optional(Type.String({ pattern: "^[0-9]{1,12}(\\.[0-9]{1,12})?$" })),
    source: Type.Optional(Name),
    quote_id: Type.Optional(Name),
  },
  STRICT,
);

const TaxCalculation = Type.Object(
  {
    enabled: Type.Boolean(),
    provider: Type.Optional(Name),
    include_duties: Type.Optional(Type.Boolean()),
    compound: Type.Optional(Type.Boolean()),
    rounding: Type.Optional(oneOf(["half_even", "half_up", "truncate"])),
  },
  STRICT,
);

const FraudCheck = Type.Object(
  {
    enabled: Type.Boolean(),
    rules: Type.Optional(Type.Array(Name, { maxItems: 16 })),
    threshold: Type.Optional(oneOf(["low", "medium", "high"])),
    ip_address: Type.Optional(Type.String({ maxLength: 64 })),
    ip_country: Type.Optional(Type.String({ pattern: "^[A-Z]{2}$" })),
    device_fingerprint: Type.Optional(Type.String({ maxLength: 256 })),
  },
  STRICT,
);

const Compliance = Type.Object(
  {
    export_control: Type.Optional(Type.Boolean()),
    sanctions_screening: Type.Optional(Type.Boolean()),
    restricted_products: Type.Optional(Type.Boolean()),
    aml_check: Type.Optional(Type.Boolean()),
  },
  STRICT,
);

export const PaymentMethodBody = Type.Object(
  {
    type: Type.Optional(oneOf(["usdc"])),
    method: Type.Optional(oneOf(["usdc"], "Another name of type.")),
    wallet_address: Type.Optional(Address),
    amount: Type.Optional(Money),
  },
  STRICT,
);

const orderFields = {
  customer_id: Type.Optional(CustomerId),
  customer: Type.Optional(
    Type.Object(
      {
        id: Type.Optional(CustomerId),
        email: Type.Optional(Type.String({ maxLength: 254 })),
        name: Type.Optional(Line),
        phone: Type.Optional(Type.String({ maxLength: 64 })),
        wallet_address: Type.Optional(Address),
      },
      STRICT,
    ),
  ),
  customer_wallet: Type.Optional(Address),
  items: Type.Array(NewItem, { minItems: 1, maxItems: ITEMS_MAX }),
  shipping_address: Type.Optional(FreeAddress),
  billing_address: Type.Optional(FreeAddress),
  shipping: Type.Optional(
    Type.Object(
      { address: Type.Optional(FreeAddress), method: Type.Optional(Name), cost: Type.Optional(Money) },
      STRICT,
    ),
  ),
  shipping_cost: Type.Optional(Money),
  discount: Type.Optional(Money),
  tax: Type.Optional(Money),
  subtotal: Type.Optional(Money),
  total: Type.Optional(Money),
  metadata: Type.Optional(
    Type.Record(Type.String(), Type.String({ maxLength: 256 }), {
      maxProperties: METADATA_MAX,
      propertyNames: { minLength: 1, maxLength: 64 },
      description: "Public: no personal data.",
    }),
  ),
  currency: Type.Optional(Type.String({ pattern: "^[A-Z]{3,5}$" })),
  exchange_rate: Type.Optional(ExchangeRate),
  tax_calculation: Type.Optional(TaxCalculation),
  fraud_check: Type.Optional(FraudCheck),
  compliance: Type.Optional(Compliance),
  expires_in_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_592_000 })),
  release_mode: Type.Optional(oneOf(["instant", "on_delivery"])),
  dispute_window_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 7_776_000 })),
  revenue_split: Type.Optional(
    Type.Array(Type.Object({ address: Address, basis_points: Type.Integer({ minimum: 1, maximum: 10_000 }) }, STRICT), {
      maxItems: 16,
    }),
  ),
};

export const NewOrderBody = Type.Object(orderFields, STRICT);
export type NewOrder = Static<typeof NewOrderBody>;

export const NewPaidOrderBody = Type.Object(
  {
    ...orderFields,
    payment: Type.Optional(PaymentMethodBody),
    payment_method: Type.Optional(PaymentMethodBody),
  },
  STRICT,
);
export type NewPaidOrder = Static<typeof NewPaidOrderBody>;

export const NewOrdersBody = Type.Object(
  { orders: Type.Array(NewOrderBody, { minItems: 1, maxItems: BATCH_MAX }) },
  STRICT,
);

const RefundAddressBody = Type.Union([
  Type.Object({ address: Address }, STRICT),
  Type.Object(
    {
      domain: Type.Integer({ minimum: 0, maximum: 4_294_967_295, description: "CCTP domain." }),
      address: Type.String({ pattern: "^0x([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$" }),
    },
    STRICT,
  ),
]);
export type RefundAddressInput = Static<typeof RefundAddressBody>;

export const PayBody = Type.Object(
  {
    payment_method: Type.Optional(PaymentMethodBody),
    amount: Type.Optional(Money),
    currency: Type.Optional(Type.String({ pattern: "^[A-Z]{3,5}$" })),
    exchange_rate_locked: Type.Optional(Type.Boolean()),
    billing_address: Type.Optional(FreeAddress),
    refund_address: Type.Optional(RefundAddressBody),
    signed_tx: Type.Optional(
      Type.String({
        pattern: "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
        minLength: 4,
        maxLength: 65_536,
        description: "Base64 of a TxRaw that pays this order.",
      }),
    ),
  },
  STRICT,
);
export type Pay = Static<typeof PayBody>;

export const PaymentsBody = Type.Object(
  {
    payments: Type.Array(Type.Object({ order_id: Name, amount: Type.Optional(Money) }, STRICT), {
      minItems: 1,
      maxItems: BATCH_MAX,
    }),
    payment_method: Type.Optional(PaymentMethodBody),
  },
  STRICT,
);

/** Which lines: by SKU, by place, or as the order's own answer has them. */
const Items = Type.Array(
  Type.Union([
    Type.Integer({ minimum: 0, maximum: ITEMS_MAX - 1 }),
    Name,
    Type.Object({ sku: Name, quantity: Type.Optional(Type.Integer()) }, { additionalProperties: true }),
  ]),
  { minItems: 1, maxItems: ITEMS_MAX, description: "All that can, unless given." },
);
export type ItemsInput = Static<typeof Items>;

const Tracking = {
  items: Type.Optional(Items),
  carrier: Type.Optional(Type.String({ maxLength: 64 })),
  tracking_number: Type.Optional(Type.String({ maxLength: 64 })),
  estimated_delivery: Type.Optional(Time),
};

export const TrackingBody = Type.Object(Tracking, STRICT);
export const ItemsBody = Type.Object({ items: Type.Optional(Items) }, STRICT);
export const ReasonBody = Type.Object({ reason: Type.Optional(Reason) }, STRICT);
export const ReturnBody = Type.Object({ items: Type.Optional(Items), reason: Type.Optional(Reason) }, STRICT);
export const EmptyBody = Type.Object({}, STRICT);
export const RefundBody = Type.Object(
  { amount: Type.Optional(Money), payment_id: Type.Optional(Name), reason: Type.Optional(Reason) },
  STRICT,
);
export const DisputeBody = Type.Object(
  { reason: Type.Optional(Reason), evidence_hash: Type.Optional(Bytes32) },
  STRICT,
);
export const ResolveBody = Type.Object(
  {
    outcome: oneOf(DISPUTE_OUTCOMES, "Who is right; `partial` gives refund_amount back."),
    refund_amount: Type.Optional(Money),
    resolution: Type.Optional(Reason),
  },
  STRICT,
);
export const RefundAddressOfOrderBody = Type.Object(
  { refund_address: RefundAddressBody, payment_id: Type.Optional(Name) },
  STRICT,
);
export const ClaimBody = Type.Object({ refund_address: RefundAddressBody }, STRICT);
export const ExceptionBody = Type.Object({ action: oneOf(["apply", "refund"]) }, STRICT);
