// Cases: a chain that goes on, stands still, does not answer, is not watched for that; a wallet above, at and below its least.

import { expect, test } from "vitest";
import { ChainPulse, walletProblem } from "./health.ts";

test("default: a chain is bad after it stood still, or did not answer, for longer than so", () => {
  let nowMs = 0;
  const pulse = new ChainPulse("base", { nowMs: () => nowMs });
  const problemAt = (ms: number) => {
    nowMs = ms;
    return pulse.problem(1_000)?.problem;
  };
  pulse.beat(5n);
  expect([problemAt(1_000), problemAt(1_001)]).toEqual([undefined, "chain_unreachable"]);
  pulse.beat(5n);
  expect(problemAt(1_001)).toBe("chain_stalled");
  pulse.beat(6n);
  expect(problemAt(2_001)).toBeUndefined();
  pulse.fail(new Error("no answer"));
  expect(problemAt(3_000)).toBe("chain_unreachable");
  expect(pulse.problem(1_000)).toEqual({ chain: "base", problem: "chain_unreachable", detail: "no answer" });
  expect(pulse.problem(0)).toBeUndefined();
});

test("default: a wallet is dry below its least", () => {
  const wallet = { address: "0xaa", unit: "wei", balanceMin: 10n, inFlight: 0 };
  expect(walletProblem("base", { ...wallet, balance: undefined })).toBeUndefined();
  expect(walletProblem("base", { ...wallet, balance: 10n })).toBeUndefined();
  expect(walletProblem("base", { ...wallet, balance: 9n })).toEqual({
    chain: "base",
    problem: "wallet_dry",
    detail: "0xaa has 9 wei, and should have 10",
  });
});
