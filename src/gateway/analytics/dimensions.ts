// By what orders can be put into groups: a table that analytics and reports share.

import type { Where } from "../readModel/page.ts";

/** What an expression over `orders` may need: parameters, and the time zone in which days begin. */
export interface DimensionContext {
  readonly where: Where;
  /** Gives a placeholder of the time zone's name. */
  readonly zone: () => string;
}

/** A way to group orders. */
interface Dimension {
  /** SQL over a row of `orders` that gives text, or null. */
  readonly sql: (context: DimensionContext) => string;
  readonly describes: string;
}

/** Instants, not local times: where clocks go back there are two hours with one name. */
const HOUR = ({ zone }: DimensionContext) =>
  `to_char(date_trunc('hour', created_at, ${zone()}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

/** First day of a calendar period in the time zone. */
const PERIOD = (unit: "day" | "week" | "month") => ({
  sql: ({ zone }: DimensionContext) =>
    `to_char(date_trunc('${unit}', created_at at time zone ${zone()}), 'YYYY-MM-DD')`,
  describes: `first day of the ${unit} of creation, in the time zone`,
});

const COLUMN = (column: string, describes: string): Dimension => ({ sql: () => `${column}::text`, describes });

/** A value of an order's metadata. */
function metadataOf(key: string): Dimension {
  return {
    sql: ({ where }) => {
      const entry =
        "jsonb_path_query_first(document, '$.metadata[*] ? (@.key == $key).value', jsonb_build_object('key', ";
      return `(${entry}${where.parameter(key)}::text)) #>> '{}')`;
    },
    describes: `metadata of the order, key \`${key}\``,
  };
}

/** The dimensions by name. */
export const DIMENSIONS = {
  hour: { sql: HOUR, describes: "beginning of the hour of creation, RFC 3339 UTC" },
  day: PERIOD("day"),
  week: PERIOD("week"),
  month: PERIOD("month"),
  status: COLUMN("status", "status of the order"),
  payment_status: COLUMN("payment_status", "where its money stands"),
  fulfillment_status: COLUMN("fulfillment_status", "where its goods stand"),
  merchant: COLUMN("merchant", "account of the merchant"),
  source_chain: COLUMN("source_domain", "CCTP domain of the first payment from another chain"),
  customer_id: COLUMN("nullif(customer_id, '')", "the merchant's name of the customer"),
  customer_segment: metadataOf("customer_segment"),
  product_category: metadataOf("product_category"),
} as const satisfies Record<string, Dimension>;

export type DimensionName = keyof typeof DIMENSIONS;

/** What the name of a dimension over any other key of the metadata begins with: `metadata.channel`. */
const METADATA_PREFIX = "metadata.";
const METADATA_KEY = /^[A-Za-z0-9_.:-]{1,64}$/;

/** A dimension by its name; undefined when there is none. */
export function findDimension(name: string): Dimension | undefined {
  if (Object.hasOwn(DIMENSIONS, name)) return DIMENSIONS[name as DimensionName];
  const key = name.slice(METADATA_PREFIX.length);
  return name.startsWith(METADATA_PREFIX) && METADATA_KEY.test(key) ? metadataOf(key) : undefined;
}

/** What analytics group by; each group has one value. */
export const GROUPINGS = ["hour", "day", "week", "month", "status", "merchant", "source_chain"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** The field that a group's value stands in. */
export const GROUP_FIELDS: Readonly<Record<Grouping, string>> = {
  hour: "date",
  day: "date",
  week: "date",
  month: "date",
  status: "status",
  merchant: "merchant",
  source_chain: "source_chain",
};
