// Cases: a type with every scalar, singular and repeated, against @bufbuild/protobuf's own reflection: the same bytes,
// the same values, the same JSON; and the scan never passes bytes that a decoder cannot read.

import { create, createFileRegistry, fromBinary, toJson as theirJson, toBinary } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyMessage, readMessage, writeMessage } from "./dynamicMessage.ts";
import { jsonToMessage, messageToJson } from "./protoJson.ts";
import { TypeRegistry } from "./registry.ts";
import { rejectUnknownFields } from "./unknownFields.ts";

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const int64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
const uint64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

/** Name, type and values of each scalar. */
const SCALARS = [
  ["a_bool", Type.BOOL, fc.boolean()],
  ["a_string", Type.STRING, fc.string({ unit: "grapheme" })],
  ["some_bytes", Type.BYTES, fc.uint8Array({ maxLength: 10 })],
  ["an_int32", Type.INT32, int32],
  ["a_uint32", Type.UINT32, uint32],
  ["a_sint32", Type.SINT32, int32],
  ["a_fixed32", Type.FIXED32, uint32],
  ["a_sfixed32", Type.SFIXED32, int32],
  ["an_int64", Type.INT64, int64],
  ["a_uint64", Type.UINT64, uint64],
  ["a_sint64", Type.SINT64, int64],
  ["a_fixed64", Type.FIXED64, uint64],
  ["a_sfixed64", Type.SFIXED64, int64],
] as const;

/** Repeated fields have numbers above 64, which are looked up in another way. */
const file = create(FileDescriptorProtoSchema, {
  name: "all.proto",
  package: "test",
  syntax: "proto3",
  messageType: [
    {
      name: "All",
      oneofDecl: [{ name: "choice" }],
      field: [
        ...SCALARS.map(([name, type], i) => ({ name, type, number: i + 1, label: Label.OPTIONAL })),
        ...SCALARS.map(([name, type], i) => ({ name: `${name}_list`, type, number: i + 101, label: Label.REPEATED })),
        { name: "inner", type: Type.MESSAGE, typeName: ".test.All", number: 201, label: Label.OPTIONAL },
        { name: "inners", type: Type.MESSAGE, typeName: ".test.All", number: 202, label: Label.REPEATED },
        { name: "left", type: Type.STRING, number: 301, label: Label.OPTIONAL, oneofIndex: 0 },
        { name: "right", type: Type.INT32, number: 300, label: Label.OPTIONAL, oneofIndex: 0 },
      ],
    },
  ],
});
const files = createFileRegistry(file, () => undefined);
const registry = new TypeRegistry(files);
const desc = files.getMessage("test.All")!;
const plan = registry.plan("test.All")!;

const camel = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const scalars = Object.fromEntries(SCALARS.map(([name, , values]) => [camel(name), values as fc.Arbitrary<unknown>]));
const lists = Object.fromEntries(
  SCALARS.map(([name, , values]) => [
    camel(`${name}_list`),
    fc.array(values as fc.Arbitrary<unknown>, { maxLength: 3 }),
  ]),
);
const flat = fc.record({ ...scalars, ...lists }, { requiredKeys: [] });
const choice = fc.oneof(
  fc.constant({ case: undefined }),
  fc.record({ case: fc.constant("left"), value: fc.string() }),
  fc.record({ case: fc.constant("right"), value: int32 }),
);
const whole = fc
  .record({ base: flat, inner: fc.option(flat, { nil: undefined }), inners: fc.array(flat, { maxLength: 2 }), choice })
  .map(({ base, ...rest }) => create(desc, { ...base, ...rest }));

describe("every scalar", () => {
  test("behavior: the same bytes as @bufbuild/protobuf writes", () => {
    fc.assert(
      fc.property(whole, (message) => {
        const bytes = toBinary(desc, message);
        expect(writeMessage(readMessage(plan, bytes))).toEqual(bytes);
        expect(rejectUnknownFields(registry, "test.All", bytes)).toBe(false);
      }),
    );
  });

  test("behavior: JSON names, values and defaults agree, but for absent bytes; and it reads back", () => {
    fc.assert(
      fc.property(whole, (message) => {
        const bytes = toBinary(desc, message);
        const ours = messageToJson(registry, "test.All", bytes);
        const theirs = theirJson(desc, message, { useProtoFieldName: true, alwaysEmitImplicit: true });
        // gogoproto writes null for an absent message or byte string.
        const withNulls = JSON.parse(JSON.stringify(ours), (_, value) => (value === null ? undefined : value));
        const withoutEmpty = JSON.parse(JSON.stringify(theirs), (key, value) =>
          key === "some_bytes" && value === "" ? undefined : value,
        );
        expect(withNulls).toEqual(withoutEmpty);
        expect(jsonToMessage(registry, "test.All", ours)).toEqual(bytes);
      }),
    );
  });

  test("behavior: lists may come packed or not", () => {
    const packed = Uint8Array.from([0xc2, 6, 2, 7, 8, 0xda, 6, 8, 1, 0, 0, 0, 2, 0, 0, 0]);
    const loose = Uint8Array.from([0xc0, 6, 7, 0xc0, 6, 8, 0xdd, 6, 1, 0, 0, 0, 0xdd, 6, 2, 0, 0, 0]);
    expect(readMessage(plan, loose)).toEqual(readMessage(plan, packed));
    expect(rejectUnknownFields(registry, "test.All", loose)).toBe(false);
    expect(rejectUnknownFields(registry, "test.All", packed)).toBe(false);
  });

  test("behavior: the last member of a oneof counts", () => {
    const both = Uint8Array.from([0xea, 0x12, 1, 65, 0xe0, 0x12, 5]);
    expect(writeMessage(readMessage(plan, both))).toEqual(both.subarray(4));
    expect(() => rejectUnknownFields(registry, "test.All", both)).toThrow("singular field occurs twice");
  });

  test("behavior: a message without values has no bytes", () => {
    expect(writeMessage(emptyMessage(plan))).toEqual(new Uint8Array(0));
  });
});

/** Bytes that look like fields: a known number, any wire type, any content. */
const fields = fc
  .array(
    fc.tuple(
      fc.constantFrom(...plan.fields.map((field) => field.number), 15, 1_024, 1_039),
      fc.nat({ max: 7 }),
      fc.uint8Array({ maxLength: 12 }),
    ),
    { maxLength: 4 },
  )
  .map((parts) =>
    Uint8Array.from(
      parts.flatMap(([number, wire, content]) => {
        const tag = number * 8 + wire;
        const head = tag < 128 ? [tag] : [(tag & 127) | 128, tag >>> 7];
        return wire === 2 ? [...head, content.length, ...content] : [...head, ...content];
      }),
    ),
  );

describe("hostile bytes", () => {
  test("behavior: what passes the scan is read alike by both readers", () => {
    let passed = 0;
    fc.assert(
      fc.property(fc.oneof(fields, fc.uint8Array({ maxLength: 20 })), (bytes) => {
        try {
          rejectUnknownFields(registry, "test.All", bytes, { allowNonCritical: true });
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          return;
        }
        passed++;
        const theirs = toBinary(desc, fromBinary(desc, bytes), { writeUnknownFields: false });
        expect(writeMessage(readMessage(plan, bytes))).toEqual(theirs);
      }),
      { numRuns: 5_000 },
    );
    expect(passed).toBeGreaterThan(100);
  });

  test.each([
    ["a fixed64 that is cut off", [97, 1, 2, 3]],
    ["a fixed32 that is cut off", [61, 1, 2]],
    ["a packed list that is cut off", [0xc2, 6, 3, 7, 8]],
    ["a packed varint that ends late", [0xc2, 6, 1, 128, 1]],
    ["packed fixed32 of three bytes", [0xda, 6, 3, 1, 2, 3]],
    ["field number zero", [2, 0]],
    ["a tag above 32 bits", [0xfa, 0xff, 0xff, 0xff, 0x1f, 0]],
    ["a tag of eleven bytes", [0x8a, 128, 128, 128, 128, 128, 128, 128, 128, 128, 0, 0]],
    ["a varint above 64 bits", [8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2]],
    ["a nested message longer than its parent", [0xca, 12, 2, 18, 5, 65, 65, 65, 65, 65]],
    ["the second wire type 4", [12]],
    ["wire type 7", [15, 1]],
  ])("error: %s", (_, bytes) => {
    expect(() => rejectUnknownFields(registry, "test.All", Uint8Array.from(bytes))).toThrow(Error);
  });

  test("error: messages in messages a hundred deep", () => {
    let bytes: number[] = [];
    for (let i = 0; i < 100; i++) {
      const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >>> 7];
      bytes = [0xca, 12, ...length, ...bytes];
    }
    expect(() => rejectUnknownFields(registry, "test.All", Uint8Array.from(bytes))).toThrow("recursion limit");
    expect(() => readMessage(plan, Uint8Array.from(bytes))).toThrow("recursion limit");
  });

  test("error: an unknown type", () => {
    expect(() => rejectUnknownFields(registry, "test.Nothing", new Uint8Array(0))).toThrow(
      "unable to resolve type URL",
    );
  });
});
