// Cases: the text of random messages is that of their JSON, read by the descriptor.

import fc from "fast-check";
import { expect, test } from "vitest";
import * as cctp from "../../gen/circle/cctp/v1/events.ts";
import { ValidatorSigningInfo } from "../../gen/cosmos/slashing/v1beta1/slashing.ts";
import { Commission } from "../../gen/cosmos/staking/v1beta1/staking.ts";
import { AuthInfo, TxBody } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import * as orders from "../../gen/stateset/orders/v1/events.ts";
import { type DynamicMessage, emptyMessage, type SingleValue, writeMessage } from "./dynamicMessage.ts";
import { escapeAsGo } from "./goJson.ts";
import type { MessageCodec } from "./message.ts";
import type { FieldPlan, MessagePlan } from "./messagePlan.ts";
import { MessageTexts } from "./messageText.ts";
import { messageToJson } from "./protoJson.ts";
import { TypeRegistry } from "./registry.ts";

const registry = new TypeRegistry();
const isCodec = (value: unknown): value is MessageCodec<unknown> =>
  typeof value === "object" && value !== null && "$type" in value;
const CODECS: readonly MessageCodec<unknown>[] = [
  ...Object.values<unknown>(orders),
  ...Object.values<unknown>(cctp),
  ...[AuthInfo, TxBody, Commission, ValidatorSigningInfo],
].filter(isCodec);

const TEXTS = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom("<&>", "\u2028\u2029", '"\\', "\n\u0000"),
);
const DEPTH_MAX = 4;

function singleOf(field: FieldPlan, depth: number): fc.Arbitrary<SingleValue> {
  const { options } = field;
  switch (field.kind) {
    case "bool":
      return fc.boolean();
    case "int32":
      return fc.integer({ min: 0, max: 2 ** 31 - 1 });
    case "enum":
      return fc.integer({ min: 0, max: 12 });
    case "int64":
      return fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
    case "string":
      return options.isDec || options.isInt ? fc.constantFrom("0", "12", "1500000000000000000") : TEXTS;
    case "bytes":
      return options.isDec || options.isInt ? fc.constant(Uint8Array.of(0x31, 0x32)) : fc.uint8Array({ maxLength: 40 });
    case "message":
      return messageOf(field.message(), depth + 1);
  }
}

/** Times and durations within what protobuf allows. */
function valueWithin(plan: MessagePlan, field: FieldPlan, depth: number): fc.Arbitrary<SingleValue> {
  if (field.name === "seconds") return fc.bigInt({ min: 0n, max: 250_000_000_000n });
  if (field.name === "nanos") return fc.constantFrom(0, 1, 5_000_000, 120_000, 999_999_999);
  // Texts are written for types that are known: an Any holds a coin.
  if (plan.typeName === "google.protobuf.Any") {
    return field.name === "type_url" ? fc.constant("/cosmos.base.v1beta1.Coin") : fc.constant(Uint8Array.of(10, 1, 65));
  }
  return singleOf(field, depth);
}

function messageOf(plan: MessagePlan, depth: number): fc.Arbitrary<DynamicMessage> {
  const isFull = plan.typeName === "google.protobuf.Any";
  const fields = plan.fields.map((field) => {
    if (depth >= DEPTH_MAX && field.kind === "message") return fc.constant(undefined);
    const value = valueWithin(plan, field, depth);
    if (field.repeated) return fc.array(value, { maxLength: 2 });
    return isFull ? value : fc.option(value, { nil: undefined });
  });
  return fc.tuple(...fields).map((values) => {
    const message = emptyMessage(plan);
    const taken = new Set<number>();
    for (const field of plan.fields) {
      if (field.slot >= 0 && taken.has(field.slot)) continue;
      const value = values[field.index];
      if (value !== undefined && field.slot >= 0) taken.add(field.slot);
      message.values[field.index] = value;
    }
    return message;
  });
}

test.each(CODECS.map((codec) => [codec.$type, codec] as const))("behavior: texts of %s", (typeName, codec) => {
  const plan = registry.plan(typeName)!;
  const texts = new MessageTexts(registry);
  const text = texts.message(plan);
  fc.assert(
    fc.property(messageOf(plan, 0), (dynamic) => {
      const message = codec.decode(writeMessage(dynamic));
      const json = messageToJson(registry, typeName, codec.encode(message).finish());
      expect(text(message)).toBe(escapeAsGo(JSON.stringify(json)));
    }),
    { numRuns: 50 },
  );
});
