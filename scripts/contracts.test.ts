// The compiler's run: the same bytecode again, stale output found, and no warning passed over.

import { expect, test } from "vitest";
import { TokenMinter } from "../gen/contracts/TokenMinter.ts";
import { compileContracts, contractsAreFresh } from "./contracts.ts";

const HEADER = "// SPDX-License-Identifier: Apache-2.0\npragma solidity ^0.8.37;\n";

function compileText(text: string, name = "Sample"): ReturnType<typeof compileContracts> {
  return compileContracts([[name, "sample.sol"]], new Map([["sample.sol", HEADER + text]]));
}

test("gen/contracts is what the sources compile to, whatever is compiled beside", async () => {
  const compiled = await compileContracts([["TokenMinter", "cctp/TokenMinter.sol"]]);
  expect(compiled.get("TokenMinter")).toEqual(TokenMinter);
});

test("gen/contracts is fresh, and would not be with one source more", () => {
  expect(contractsAreFresh(), "run `npm run generate`").toBe(true);
  expect(contractsAreFresh(new Map([["sample.sol", HEADER]]))).toBe(false);
});

test("error: a warning", async () => {
  const unused = "contract Sample { function f() external pure { uint256 unused = 1; } }";
  await expect(compileText(unused)).rejects.toThrow("Warning: Unused local variable.");
});

test("error: what does not compile, or is not there", async () => {
  await expect(compileText("contract Sample { uint256 x = y; }")).rejects.toThrow("Undeclared identifier");
  await expect(compileText("contract Sample {}", "Other")).rejects.toThrow("sample.sol defines no contract Other");
});

test("the bytecode ends with code, not with a hash of its metadata", async () => {
  const compiled = await compileText("contract Sample {}");
  // CBOR metadata of solc carries the compiler's version under this key.
  expect(compiled.get("Sample")?.bytecode).not.toContain(Buffer.from("solc").toString("hex"));
});
