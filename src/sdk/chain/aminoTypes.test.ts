// Cases: random messages of every type have the amino JSON that the chain makes of them, and come back from it.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aminoJson } from "../../codec/aminoJson.ts";
import { TypeRegistry } from "../../codec/registry.ts";
import { AMINO_MESSAGES, type AminoField } from "./aminoFields.ts";
import { stateSetAminoTypes } from "./aminoTypes.ts";
import { stateSetMessageTypes } from "./registry.ts";

const registry = new TypeRegistry();
const amino = stateSetAminoTypes();

const moment = fc.record({ seconds: fc.bigInt(0n, 4_102_444_800n), nanos: fc.nat(999_999_999) });

const SINGLE: Readonly<Record<Exclude<AminoField["kind"], "message">, fc.Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  number: fc.nat(1_000_000),
  int64: fc.bigInt(0n, (1n << 63n) - 1n),
  string: fc.string({ unit: "binary", maxLength: 12 }),
  bytes: fc.uint8Array({ maxLength: 40 }),
  timestamp: moment,
  duration: moment,
  dec: fc.bigInt(0n, 10n ** 30n).map(String),
};

function arbitrary(typeName: string): fc.Arbitrary<Record<string, unknown>> {
  const fields = (AMINO_MESSAGES[typeName] ?? []).map((field) => {
    // An integer that is no text at all is written as 0, and does not come back as it was.
    const kind = field.kind === "string" && field.empty === "0" ? "dec" : field.kind;
    const single = kind === "message" ? arbitrary(field.type!) : SINGLE[kind];
    if (field.repeated) return [field.key, fc.array(single, { maxLength: 3 })] as const;
    const canMiss = ["message", "timestamp", "duration"].includes(field.kind) && field.empty === undefined;
    return [field.key, canMiss ? fc.option(single, { nil: undefined }) : single] as const;
  });
  return fc.record(Object.fromEntries(fields));
}

interface Codec {
  encode(message: unknown): { finish(): Uint8Array };
  fromPartial(message: unknown): unknown;
}

describe("amino types", () => {
  test.each(stateSetMessageTypes)("default: %s", (typeUrl, type) => {
    const codec = type as unknown as Codec;
    fc.assert(
      fc.property(arbitrary(typeUrl.slice(1)), (fields) => {
        const value = codec.fromPartial(fields);
        const bytes = codec.encode(value).finish();
        const json = amino.toAmino({ typeUrl, value });
        expect(JSON.parse(JSON.stringify(json))).toEqual(JSON.parse(aminoJson(registry, typeUrl, bytes)));
        expect(codec.encode(amino.fromAmino(json).value).finish()).toEqual(bytes);
      }),
      { numRuns: 25 },
    );
  });
});
