// Cases: every kind from JSON, from a list and from a URL; what is refused; zero values; names that objects inherit;
// properties over anything.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toBase64, toHex } from "../../codec/bytes.ts";
import { type ParamKind, type ParamSpec, type Params, paramsFromJson, paramsFromUri } from "./params.ts";
import { RPC_CODE, RpcError } from "./rpcError.ts";

const SPEC: ParamSpec = { height: "int64", chunk: "uint64", prove: "bool", query: "string", tx: "bytes", data: "hex" };

function givenValue(params: Params, kind: ParamKind, name: string): unknown {
  if (kind === "bool") return params.bool(name);
  if (kind === "string") return params.text(name);
  return kind === "bytes" || kind === "hex" ? toHex(params.bytes(name)) : params.int(name);
}

const nameOf = (kind: ParamKind) => Object.keys(SPEC).find((name) => SPEC[name] === kind)!;
const uri = (name: string, text: string) => paramsFromUri(SPEC, new URLSearchParams([[name, text]]));

describe("JSON", () => {
  test.each<[ParamKind, unknown, unknown]>([
    ["int64", "5", 5n],
    ["int64", 5, 5n],
    ["int64", -0, 0n],
    ["int64", "-9223372036854775808", -(2n ** 63n)],
    ["int64", "9223372036854775807", 2n ** 63n - 1n],
    ["uint64", "0", 0n],
    ["bool", true, true],
    ["string", "", ""],
    ["string", "a'b\u0000", "a'b\u0000"],
    ["bytes", "", ""],
    ["bytes", "AQI=", "0102"],
    ["hex", "0aFF", "0aff"],
    ["hex", "0x0aff", "0aff"],
    ["int64", null, undefined],
    ["bool", null, false],
    ["bytes", null, ""],
  ])("default: %s of %j", (kind, given, expected) => {
    const name = nameOf(kind);
    expect(givenValue(paramsFromJson(SPEC, { [name]: given }), kind, name)).toEqual(expected);
  });

  test.each<[ParamKind, unknown]>([
    ["int64", ""],
    ["int64", " 5"],
    ["int64", "05"],
    ["int64", "+5"],
    ["int64", "-0x5"],
    ["int64", "1e3"],
    ["int64", "1.0"],
    ["int64", 1.5],
    ["int64", 2 ** 53],
    ["int64", "9223372036854775808"],
    ["int64", "-9223372036854775809"],
    ["int64", "9".repeat(100_000)],
    ["int64", true],
    ["int64", ["5"]],
    ["uint64", "-1"],
    ["bool", "true"],
    ["bool", 1],
    ["string", 5],
    ["string", {}],
    ["bytes", "AQI"],
    ["bytes", "AQ I="],
    ["bytes", "AQJ="],
    ["bytes", "_-=="],
    ["hex", "abc"],
    ["hex", "zz"],
    ["hex", "0x0x00"],
  ])("error: %s of %j", (kind, given) => {
    const name = nameOf(kind);
    expect(() => paramsFromJson(SPEC, { [name]: given })).toThrow(RpcError);
    try {
      paramsFromJson(SPEC, { [name]: given });
    } catch (error) {
      expect(error).toMatchObject({
        code: RPC_CODE.invalidParams,
        data: expect.stringMatching(`^error converting json params to arguments: ${name}: `),
      });
      // Nothing large comes back.
      expect((error as RpcError).data.length).toBeLessThan(300);
    }
  });

  test("behavior: a list has all parameters in their order", () => {
    const params = paramsFromJson(SPEC, ["5", "6", true, "q", "AQ==", "02"]);
    expect(Object.keys(SPEC).map((name) => givenValue(params, SPEC[name]!, name))).toEqual([
      5n,
      6n,
      true,
      "q",
      "01",
      "02",
    ]);
    expect(() => paramsFromJson(SPEC, ["5"])).toThrow("Invalid params");
    expect(paramsFromJson({}, []).int("height")).toBeUndefined();
  });

  test("behavior: names that nobody declared, and inherited ones, are nothing", () => {
    const given = JSON.parse('{"__proto__":{"height":"7"},"constructor":1,"toString":2,"extra":[]}') as unknown;
    expect(paramsFromJson(SPEC, given).int("height")).toBeUndefined();
    expect(paramsFromJson(SPEC, undefined).text("query")).toBe("");
    expect(paramsFromJson(SPEC, null).bytes("tx")).toEqual(new Uint8Array(0));
  });

  test.each([5, "text", true])("error: params %j", (given) => {
    expect(() => paramsFromJson(SPEC, given)).toThrow("Invalid params");
  });
});

describe("URL", () => {
  test.each<[ParamKind, string, unknown]>([
    ["int64", "5", 5n],
    ["int64", '"5"', 5n],
    ["int64", "-5", -5n],
    ["int64", "null", undefined],
    ["bool", "true", true],
    ["bool", "false", false],
    ["string", '"a b"', "a b"],
    ["string", '"\\u0041\\""', 'A"'],
    ["string", "0x4142", "AB"],
    ["bytes", "0x0aFF", "0aff"],
    ["bytes", "0X0A", "0a"],
    ["bytes", '"AB"', "4142"],
    ["hex", '"é"', "c3a9"],
  ])("default: %s of %s", (kind, text, expected) => {
    const name = nameOf(kind);
    expect(givenValue(uri(name, text), kind, name)).toEqual(expected);
  });

  test.each<[ParamKind, string]>([
    ["int64", "5.0"],
    ["int64", "05"],
    ["int64", "0x5"],
    ["int64", "abc"],
    ["int64", "true"],
    ["bool", "1"],
    ["bool", '"true"'],
    ["bool", "0x01"],
    ["string", "plain"],
    ["string", '"open'],
    ["string", "5"],
    ["bytes", "AQI="],
    ["bytes", "0x123"],
    ["bytes", "[1,2]"],
    ["hex", "0aff"],
  ])("error: %s of %s", (kind, text) => {
    expect(() => uri(nameOf(kind), text)).toThrow("Invalid params");
  });

  test("behavior: an empty value is none, and of several the first counts", () => {
    expect(uri("height", "").int("height")).toBeUndefined();
    expect(paramsFromUri(SPEC, new URLSearchParams("height=1&height=2")).int("height")).toBe(1n);
  });
});

describe("properties", () => {
  test("behavior: what is written is read", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.uint8Array(),
        fc.string(),
        (int, bytes, text) => {
          const params = paramsFromJson(SPEC, {
            height: String(int),
            tx: toBase64(bytes),
            data: toHex(bytes),
            query: text,
          });
          expect(params.int("height")).toBe(int);
          expect(params.bytes("tx")).toEqual(bytes);
          expect(params.bytes("data")).toEqual(bytes);
          expect(params.text("query")).toBe(text);
          expect(uri("height", String(int)).int("height")).toBe(int);
          expect(uri("tx", `0x${toHex(bytes)}`).bytes("tx")).toEqual(bytes);
        },
      ),
    );
  });

  test("behavior: whatever is given, it is read or refused with RpcError", () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.record(Object.fromEntries(Object.keys(SPEC).map((name) => [name, fc.jsonValue()]))),
    );
    fc.assert(fc.property(anything, (given) => isReadOrRefused(() => paramsFromJson(SPEC, given))));
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(SPEC)), fc.string(), (name, text) =>
        isReadOrRefused(() => uri(name, text)),
      ),
    );
  });
});

function isReadOrRefused(read: () => Params): boolean {
  try {
    read();
    return true;
  } catch (error) {
    return error instanceof RpcError;
  }
}
