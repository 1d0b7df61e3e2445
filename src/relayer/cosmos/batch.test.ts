// Cases: all pass; the one that the chain names is taken out; none is named; several fail by themselves; together too much;
// nothing is left; another sequence; any mixture of good and bad ones.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BatchItem, planBatch, type Simulate } from "./batch.ts";
import { QueryRefusedError } from "./cosmosRpc.ts";

/** An item whose message is its name. */
function item(name: string): BatchItem {
  return { id: name, phase: undefined, msg: { typeUrl: name, value: new Uint8Array(0) } };
}

const items = ["a", "b", "c", "d", "e"].map(item);
const fails = (name: string) => name.startsWith("bad");

/** A chain where messages fail together, and its text names the first that does, or none. */
function together(isNamed: boolean, limit = 100): Simulate {
  return async (messages) => {
    const index = messages.findIndex(({ typeUrl }) => fails(typeUrl));
    if (index >= 0)
      throw new QueryRefusedError(18, isNamed ? `message index: ${index}: nonce already used` : "it fails");
    if (messages.length > limit) throw new QueryRefusedError(18, "out of gas");
    return { gas: BigInt(messages.length), failures: new Map() };
  };
}

/** A chain where they fail each on their own. */
const apart: Simulate = async (messages) => {
  const failures = [...messages.entries()].filter(([, { typeUrl }]) => fails(typeUrl));
  return { gas: BigInt(messages.length), failures: new Map(failures.map(([index]) => [index, "nonce already used"])) };
};

const ids = (given: readonly BatchItem[]) => given.map(({ id }) => id);

describe("planning", () => {
  test("default: all pass", async () => {
    expect(await planBatch(items, together(true))).toEqual({ kind: "ready", items, gas: 5n, refused: [] });
  });

  test.each([
    ["the one that is named", together(true)],
    ["those that fail alone, when none is named", together(false)],
    ["those that fail by themselves", apart],
  ] as const)("behavior: without %s", async (_name, simulate) => {
    const mixed = [items[0]!, item("bad 1"), items[1]!, item("bad 2")];
    const plan = await planBatch(mixed, simulate);
    expect(plan).toMatchObject({ kind: "ready", gas: 2n, items: [items[0], items[1]] });
    expect(plan.kind === "ready" && ids(plan.refused.map((refused) => refused.item))).toEqual(["bad 1", "bad 2"]);
  });

  test("behavior: what is too much together is made smaller, and none is blamed", async () => {
    expect(await planBatch(items, together(true, 3))).toMatchObject({ items: items.slice(0, 3), refused: [] });
  });

  test("behavior: one alone that fails needs no name", async () => {
    expect(await planBatch([item("bad")], together(false))).toMatchObject({
      items: [],
      refused: [{ log: "it fails" }],
    });
  });

  test("behavior: nothing to plan", async () => {
    expect(await planBatch([], together(true))).toEqual({ kind: "ready", items: [], gas: 0n, refused: [] });
  });

  test("behavior: another sequence blames nobody", async () => {
    const simulate: Simulate = async () => {
      throw new QueryRefusedError(32, "account sequence mismatch, expected 7, got 5: incorrect account sequence");
    };
    expect(await planBatch(items, simulate)).toEqual({ kind: "sequence", expected: 7 });
  });

  test("error: an endpoint that fails is nobody's fault", async () => {
    await expect(planBatch(items, () => Promise.reject(new Error("unreachable")))).rejects.toThrow("unreachable");
  });

  test("behavior: of any mixture the good ones are left in order, and the bad ones refused, each once", async () => {
    const mixtures = fc.array(fc.boolean(), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(mixtures, fc.constantFrom(together(true), together(false), apart), async (isBad, simulate) => {
        const given = isBad.map((bad, index) => item(`${bad ? "bad" : "good"} ${index}`));
        const plan = await planBatch(given, simulate);
        if (plan.kind !== "ready") throw new Error(plan.kind);
        expect(ids(plan.items)).toEqual(ids(given).filter((name) => !fails(name)));
        expect(ids(plan.refused.map((refused) => refused.item)).sort()).toEqual(ids(given).filter(fails).sort());
      }),
    );
  });
});
