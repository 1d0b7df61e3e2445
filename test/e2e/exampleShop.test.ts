// Cases: `npm run example:shop` does what it says: an order paid at once, one paid from another chain and delivered, one
// refunded to where its money came from, and what of it came by webhook, each with a valid signature.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const TIMEOUT_MS = 180_000;

test(
  "default: a shop's day",
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", "scripts/exampleShop.ts"], {
      timeout: TIMEOUT_MS,
    });
    const lines = stdout.trimEnd().split("\n");
    // Three payments, one shipment, one refund.
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual({
      orders: 3,
      paid: 2,
      refunded: 1,
      webhooks: 5,
      seconds: expect.any(Number),
    });
    expect(stdout).toContain("DELIVERED, by way of CREATED → PAID → FULFILLED → SHIPPED → DELIVERED");
  },
  TIMEOUT_MS,
);
