// Cases: ours; Foundry's and Hardhat's shapes; libraries; what is skipped; each way in which a folder can be wrong.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { linkBytecode, OUR_ARTIFACTS, readCctpArtifacts } from "./cctpArtifacts.ts";

const NAMES = [
  "MessageTransmitter",
  "TokenMessenger",
  "TokenMinter",
  "MessageTransmitterV2",
  "TokenMessengerV2",
  "TokenMinterV2",
] as const;

/** A library's place in a creation code of 24 bytes: two bytes before it, two behind. */
const PLACEHOLDER = `__$${"a1".repeat(17)}$__`;
const LINKED = `0x6001${PLACEHOLDER}6002`;
const LINKS = { "src/Message.sol": { Message: [{ start: 2, length: 20 }] } };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "artifacts-test-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content: unknown): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
}

function writeFoundry(name: string, bytecode: object = { object: "0x6001", linkReferences: {} }): void {
  write(`out/${name}.sol/${name}.json`, { abi: [], bytecode, deployedBytecode: { object: "0x" } });
}

describe("readCctpArtifacts", () => {
  test("default: Foundry's output, with a library that stands in it, and our USDC", () => {
    for (const name of NAMES) writeFoundry(name);
    writeFoundry("TokenMessenger", { object: LINKED, linkReferences: LINKS });
    writeFoundry("Message", { object: "0x6003", linkReferences: {} });
    // Not looked at: somebody else's, interfaces, and other JSON.
    write("node_modules/x/TokenMinter.sol/TokenMinter.json", "not even JSON");
    writeFoundry("ITokenMinter", { object: "0x", linkReferences: {} });
    write("out/build-info/TokenMinter.sol/TokenMinter.json", {});
    write("out/TokenMinter.sol/TokenMinter.metadata.json", {});
    const artifacts = readCctpArtifacts(folder);
    expect(artifacts.FiatToken).toBe(OUR_ARTIFACTS.FiatToken);
    expect(artifacts.AdminUpgradableProxy).toBeUndefined();
    expect([...artifacts.libraries.keys()]).toEqual(["Message"]);
    const library = `0x${"cc".repeat(20)}` as const;
    expect(linkBytecode(artifacts.TokenMessenger, () => library)).toBe(`0x6001${"cc".repeat(20)}6002`);
    expect(linkBytecode(artifacts.TokenMinter, () => library)).toBe("0x6001");
  });

  test("default: Hardhat's output, with proxy and USDC", () => {
    for (const name of [...NAMES, "AdminUpgradableProxy", "FiatToken"]) {
      write(`artifacts/src/${name}.sol/${name}.json`, { abi: [], bytecode: "0x6005", linkReferences: {} });
      write(`artifacts/src/${name}.sol/${name}.dbg.json`, {});
    }
    const artifacts = readCctpArtifacts(folder);
    expect([artifacts.FiatToken.bytecode, artifacts.AdminUpgradableProxy?.bytecode]).toEqual(["0x6005", "0x6005"]);
  });

  test.each([
    ["no folder", () => rmSync(folder, { recursive: true }), "no such folder"],
    [
      "a contract that is missing",
      () => rmSync(join(folder, "out/TokenMinterV2.sol"), { recursive: true }),
      "holds no TokenMinterV2.sol",
    ],
    [
      "a contract that is there twice",
      () => write("b/TokenMinter.sol/TokenMinter.json", {}),
      "TokenMinter is there twice",
    ],
    ["no JSON", () => write("out/TokenMinter.sol/TokenMinter.json", "{"), "is not JSON"],
    ["no object", () => write("out/TokenMinter.sol/TokenMinter.json", "[]"), "holds no object"],
    ["no bytecode", () => write("out/TokenMinter.sol/TokenMinter.json", { abi: [] }), "holds no bytecode"],
    ["no abi", () => write("out/TokenMinter.sol/TokenMinter.json", { bytecode: "0x60" }), "holds no abi"],
    ["an interface", () => writeFoundry("TokenMinter", { object: "0x" }), "the bytecode is empty"],
    ["half a byte", () => writeFoundry("TokenMinter", { object: "0x600" }), "is not hex once linked"],
    ["a library nobody told of", () => writeFoundry("TokenMinter", { object: LINKED }), "is not hex once linked"],
    [
      "a library that is missing",
      () => writeFoundry("TokenMinter", { object: LINKED, linkReferences: LINKS }),
      "holds no Message.sol",
    ],
    [
      "links that are none",
      () => writeFoundry("TokenMinter", { object: LINKED, linkReferences: [] }),
      "linkReferences is no object",
    ],
    [
      "links of another length",
      () =>
        writeFoundry("TokenMinter", { object: LINKED, linkReferences: { a: { Message: [{ start: 2, length: 19 }] } } }),
      "a place of Message is malformed",
    ],
  ])("error: %s", (_name, breakIt, message) => {
    for (const name of NAMES) writeFoundry(name);
    breakIt();
    try {
      expect(() => readCctpArtifacts(folder)).toThrow(message);
    } finally {
      mkdirSync(folder, { recursive: true });
    }
  });
});
