// Cases: every step of test/vectors/bankAuthz/bank.json, made by the Cosmos SDK's own keeper: state, response, events, errors
// and gas; then every query. Where we differ on purpose, the difference is written down here and in `expectedGas`.

import { describe, expect, test } from "vitest";
import { QueryError } from "../../src/baseapp/queryError.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { fromHex, toHex } from "../../src/codec/bytes.ts";
import { moduleAddress } from "../../src/crypto/address.ts";
import { ModuleWorld, testAddressText } from "../authz/testing/moduleWorld.ts";
import { changesBetween, expectedGas, plainEvents, readVectors, runStep } from "../authz/testing/vectors.ts";

const vectors = readVectors("bank");
const world = ModuleWorld.started();

/** Refusals whose text or class is ours. */
const OUR_FAILURES: Readonly<Record<string, { codespace: string; code: number; log: string }>> = {
  // The SDK decodes this address in two ways with two texts; we have one.
  "recipient of another chain": {
    ...{ codespace: "sdk", code: 7 },
    log: "invalid to address: invalid Bech32 prefix; expected stateset, got cosmos: invalid address",
  },
  // Nothing in front, and so no colon.
  "no coins": { codespace: "sdk", code: 10, log: "invalid coins" },
  "multi: output without coins": { codespace: "sdk", code: 10, log: "invalid coins" },
  // An error without a code of its own in the SDK.
  "params: entries are no longer supported": {
    ...{ codespace: "sdk", code: 18 },
    log: "use of send_enabled in params is no longer supported: invalid request",
  },
};

/** Who has too little, in steps that are refused for that. */
const REFUSED: Readonly<Record<string, string>> = {
  "send more than there is": testAddressText(2),
  "send what one does not have": testAddressText(2),
  "second coin is missing": testAddressText(2),
  "multi: more than there is": testAddressText(2),
  "burn more than there is": encodeAddress(moduleAddress("furnace")),
};

describe("in the order of the scenario", () => {
  test("default: genesis", () => {
    expect(changesBetween({}, world.dump())).toEqual(vectors.genesis.changes);
  });

  for (const [index, step] of vectors.steps.entries()) {
    for (const query of vectors.queries.filter(({ after }) => after === index)) {
      test(`behavior: ${query.path} before ${step.name}`, () => expectAnswer(query));
    }

    test(`behavior: ${step.name}`, () => {
      const before = world.dump();
      const outcome = runStep(world, step);
      expect(outcome.failure).toEqual(OUR_FAILURES[step.name] ?? step.failure);
      expect(changesBetween(before, world.dump())).toEqual(step.changes ?? []);
      expect(plainEvents(outcome.events)).toEqual(step.events ?? []);
      if (step.op === "msg") expect(toHex(outcome.value ?? new Uint8Array(0))).toBe(step.response ?? "");
      const refused = REFUSED[step.name];
      const expected = expectedGas(step, before, refused === undefined ? [] : [refused]);
      expect(Number(outcome.gas)).toBe(expected);
      expect(world.broken()).toEqual([]);
    });
  }
});

describe("in the last state", () => {
  for (const [index, query] of vectors.queries.entries()) {
    if (query.after < vectors.steps.length) continue;
    test(`behavior: ${index} ${query.path}`, () => expectAnswer(query));
  }
});

function expectAnswer(query: (typeof vectors.queries)[number]): void {
  if (query.error === undefined) {
    expect(toHex(world.ask(query.path, fromHex(query.request)))).toBe(query.response ?? "");
    return;
  }
  const refusal = catchError(() => world.ask(query.path, fromHex(query.request)));
  expect(refusal).toBeInstanceOf(QueryError);
  expect((refusal as QueryError).rpcText).toBe(query.error);
}

function catchError(execute: () => unknown): unknown {
  try {
    return execute();
  } catch (thrown) {
    return thrown;
  }
}
