// Cases: every step of test/vectors/bankAuthz/authz.json, made by the Cosmos SDK's own keepers: state, response, events, errors
// and gas; then every query. Where we differ on purpose, the difference is written down here and in `expectedGas`.

import { describe, expect, test } from "vitest";
import { QueryError } from "../../src/baseapp/queryError.ts";
import { fromHex, toHex } from "../../src/codec/bytes.ts";
import { ModuleWorld, testAddressText } from "./testing/moduleWorld.ts";
import { changesBetween, expectedGas, plainEvents, readVectors, runStep } from "./testing/vectors.ts";

const vectors = readVectors("authz");
const world = ModuleWorld.started();

/** Refusals whose text or class is ours. */
const OUR_FAILURES: Readonly<Record<string, { codespace: string; code: number; log: string }>> = {
  // The SDK prints the whole message in Go's form.
  "exec: generic, the send fails": {
    ...{ codespace: "sdk", code: 5 },
    log: "failed to execute message; message /cosmos.bank.v1beta1.MsgSend: spendable balance 999992uusdc is smaller than 9000000uusdc: insufficient funds",
  },
  // The SDK prints the bytes of the store's key.
  "revoke: nothing there": {
    ...{ codespace: "authz", code: 2 },
    log: "failed to delete grant of stateset1qgpqyqszqgpqyqszqgpqyqszqgpqyqsznwlvm4 to stateset1qyqszqgpqyqszqgpqyqszqgpqyqszqgpz2efsr for /cosmos.bank.v1beta1.MsgSend: authorization not found",
  },
  // A code of x/bank there: here x/authz knows this kind, and modules do not use each other's errors.
  "grant: list with a duplicate": {
    ...{ codespace: "sdk", code: 18 },
    log: "duplicate entry in the allow list: invalid request",
  },
  // An error without a code of its own in the SDK.
  "grant: no message": { codespace: "sdk", code: 29, log: "msg type cannot be empty: invalid type" },
};

/** Who spent, in steps that are refused after that. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "exec: generic, the send fails": [testAddressText(1), testAddressText(1)],
};

/** Queries that the SDK refuses without a status, which clients of gRPC see as Unknown. */
const OUR_QUERY_ERRORS: Readonly<Record<string, string>> = {
  "authorization not found for /cosmos.bank.v1beta1.MsgMultiSend type: authorization not found": "NotFound",
  "empty address string is not allowed": "InvalidArgument",
  "decoding bech32 failed: invalid bech32 string length 1": "InvalidArgument",
};

describe("steps", () => {
  test("default: genesis", () => {
    expect(changesBetween({}, world.dump())).toEqual(vectors.genesis.changes);
  });

  for (const [index, step] of vectors.steps.entries()) {
    for (const [number, query] of vectors.queries.entries()) {
      if (query.after === index) {
        test(`behavior: ${number} ${query.path} before ${step.name}`, () => expectAnswer(query));
      }
    }

    test(`behavior: ${step.name}`, () => {
      const before = world.dump();
      const outcome = runStep(world, step);
      expect(outcome.failure).toEqual(OUR_FAILURES[step.name] ?? step.failure);
      expect(changesBetween(before, world.dump())).toEqual(step.changes ?? []);
      expect(plainEvents(outcome.events)).toEqual(step.events ?? []);
      if (step.op === "msg") expect(toHex(outcome.value ?? new Uint8Array(0))).toBe(step.response ?? "");
      // Nobody pays for the beginning of a block.
      const expected = expectedGas(step, before, REFUSED[step.name]);
      if (step.op === "msg") expect(Number(outcome.gas)).toBe(expected);
      expect(world.broken()).toEqual([]);
    });
  }

  test("behavior: every query was asked", () => {
    expect(vectors.queries.every(({ after }) => after < vectors.steps.length)).toBe(true);
  });
});

function expectAnswer(query: (typeof vectors.queries)[number]): void {
  if (query.error === undefined) {
    expect(toHex(world.ask(query.path, fromHex(query.request)))).toBe(query.response ?? "");
    return;
  }
  const refusal = catchError(() => world.ask(query.path, fromHex(query.request)));
  expect(refusal).toBeInstanceOf(QueryError);
  expect((refusal as QueryError).rpcText).toBe(
    `rpc error: code = ${OUR_QUERY_ERRORS[query.error]} desc = ${query.error}`,
  );
}

function catchError(execute: () => unknown): unknown {
  try {
    return execute();
  } catch (thrown) {
    return thrown;
  }
}
