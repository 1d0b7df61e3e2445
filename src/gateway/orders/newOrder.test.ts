// Cases: customer ids that the chain would show to everybody, or that no chain takes, are refused before anything is kept.

import { expect, test } from "vitest";
import type { GatewayParts } from "../parts.ts";
import { testKey } from "../testing/testGateway.ts";
import { prepareOrder } from "./newOrder.ts";

const ITEMS = [{ sku: "A", quantity: 1, unit_price: "1.00" }];
// Nothing is asked of the parts before the id is looked at.
const ordering = { parts: {} as GatewayParts, key: testKey("stateset1merchant"), at: "/orders/3" };

test.each([
  ["an e-mail address", "jane@example.com", "e-mail"],
  ["a line break", "a\nb", "control characters"],
  ["too many bytes", "\u00e9".repeat(33), "64 bytes"],
])("error: %s", async (_name, id, word) => {
  for (const body of [{ customer_id: id }, { customer: { id } }]) {
    await expect(prepareOrder(ordering, { ...body, items: ITEMS })).rejects.toMatchObject({
      ...{ code: "invalid_request", message: expect.stringContaining(word) },
      details: { field: "/orders/3/customer_id" },
    });
  }
});
