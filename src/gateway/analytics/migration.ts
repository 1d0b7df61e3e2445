// What analytics ask of the tables.

import type { Migration } from "../sql/migration.ts";

/** The orders of one merchant in a range of days. */
export const ANALYTICS_MIGRATION: Migration = {
  name: "analytics",
  statements: ["create index orders_by_merchant_created_at on orders (merchant, created_at)"],
};
