// Cases: both kinds there and back; what is none.

import { expect, test } from "vitest";
import { formatAbciAddress, parseAbciAddress } from "./abciAddress.ts";
import { AbciError } from "./abciError.ts";

test.each([
  ["unix:///run/stateset/abci.sock", { kind: "unix", path: "/run/stateset/abci.sock" }],
  ["unix://abci.sock", { kind: "unix", path: "abci.sock" }],
  ["tcp://127.0.0.1:26658", { kind: "tcp", host: "127.0.0.1", port: 26658 }],
  ["tcp://[::1]:0", { kind: "tcp", host: "::1", port: 0 }],
  ["tcp://app.internal:1", { kind: "tcp", host: "app.internal", port: 1 }],
])("default: %s", (text, address) => {
  expect(parseAbciAddress(text)).toEqual(address);
  expect(formatAbciAddress(parseAbciAddress(text))).toBe(text);
});

test.each([
  "",
  "unix://",
  "tcp://127.0.0.1",
  "tcp://:1",
  "tcp://h:65536",
  "tcp://h:1/x",
  "http://h:1",
  "127.0.0.1:26658",
])("error: %j", (text) => {
  expect(() => parseAbciAddress(text)).toThrow(AbciError);
});

test("error: a path that no socket can have", () => {
  expect(() => parseAbciAddress(`unix:///${"x".repeat(107)}`)).toThrow("at most 107 bytes");
});
