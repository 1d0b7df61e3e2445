// Cases: `npm run demo` does what it says, with real anvils, the attester and the relayer, and ends with its JSON.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const TIMEOUT_MS = 180_000;

test(
  "default: from an EVM wallet to an order and back",
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", "scripts/demo.ts"], {
      timeout: TIMEOUT_MS,
    });
    const lines = stdout.trimEnd().split("\n");
    // 2,226.46 USDC came in by six burns, 280 went back by two; the difference is what the shop sold.
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual({
      orders: 5,
      paid: 4,
      refunded: 2,
      messages: 8,
      minted: "2226460000",
      burned: "280000000",
      seconds: expect.any(Number),
    });
    expect(lines.filter((line) => line.endsWith("is PAID"))).toHaveLength(4);
  },
  TIMEOUT_MS,
);
