// Cases: published vectors; the result is a plain array of its own.

import { expect, test } from "vitest";
import { keccak256, ripemd160, sha256 } from "./hash.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const text = (value: string) => new TextEncoder().encode(value);

test.each([
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
])("default: sha256 of %j (FIPS 180-4)", (input, expected) => {
  expect(hex(sha256(text(input)))).toBe(expected);
});

test.each([
  ["", "9c1185a5c5e9fc54612808977ee8f548b2258d31"],
  ["abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"],
])("default: ripemd160 of %j (its authors' vectors)", (input, expected) => {
  expect(hex(ripemd160(text(input)))).toBe(expected);
});

test.each([
  ["", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"],
  ["abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"],
])("default: keccak256 of %j (Ethereum's hash of nothing; the Keccak team's vector)", (input, expected) => {
  expect(hex(keccak256(text(input)))).toBe(expected);
});

test("behavior: a hash is a plain array that owns its memory", () => {
  for (const hash of [sha256(text("a")), ripemd160(text("a")), keccak256(text("a"))]) {
    expect(hash.constructor).toBe(Uint8Array);
    const copy = hash.slice();
    copy[0]! ^= 1;
    expect(copy).not.toEqual(hash);
  }
});
