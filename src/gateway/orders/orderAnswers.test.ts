// Cases: an answer is given until its order changes, or any may have; one that was begun before a change is not kept; other
// merchants, and keys that may see personal data.

import { expect, test } from "vitest";
import type { ChangeListener } from "../readModel/projector.ts";
import { testKey } from "../testing/testGateway.ts";
import { OrderAnswers } from "./orderAnswers.ts";

const ANSWER = { merchant: "merchant", hasPersonalData: false, text: "{}" };
const KEY = testKey("merchant");

function answersWith(): { readonly answers: OrderAnswers; readonly change: ChangeListener } {
  const listeners: ChangeListener[] = [];
  const answers = new OrderAnswers({ onChange: (listener) => void listeners.push(listener) });
  return { answers, change: (ids) => listeners.forEach((listener) => void listener(ids)) };
}

test("default: until the order changes", () => {
  const { answers, change } = answersWith();
  for (const id of ["ord_1", "ord_2"]) answers.keep(id, ANSWER, answers.changes);
  expect(answers.get("ord_1", KEY)).toMatchObject({ text: "{}", etag: expect.stringMatching(/^".{22}"$/) });
  change(new Set(["ord_1", "ord_3"]));
  expect(answers.get("ord_1", KEY)).toBeUndefined();
  expect(answers.get("ord_2", KEY)).toBeDefined();
  change(undefined);
  expect(answers.get("ord_2", KEY)).toBeUndefined();
});

test("behavior: what was begun before a change is given, but not kept", () => {
  const { answers, change } = answersWith();
  const { changes } = answers;
  change(new Set(["ord_9"]));
  expect(answers.keep("ord_1", ANSWER, changes).text).toBe("{}");
  expect(answers.get("ord_1", KEY)).toBeUndefined();
});

test("error: another merchant's, and what lacks personal data", () => {
  const { answers } = answersWith();
  answers.keep("ord_1", { ...ANSWER, hasPersonalData: true }, answers.changes);
  expect(answers.get("ord_1", testKey("other"))).toBeUndefined();
  expect(answers.get("ord_1", KEY)).toBeUndefined();
  expect(answers.get("ord_1", testKey("merchant", { scopes: new Set(["orders:read"]) }))).toBeDefined();
});
