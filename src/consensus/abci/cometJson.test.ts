// Cases: the JSON of CometBFT's own encoder (test/vectors/cometRpc) gives the protobuf parts that it was made of: blocks with
// evidence of both kinds, the first block, one that is absent, commits, transactions, validators, parameters; each kind of
// value that is something else.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ExecTxResult } from "../../../gen/tendermint/abci/types.ts";
import { Block } from "../../../gen/tendermint/types/block.ts";
import { ConsensusParams } from "../../../gen/tendermint/types/params.ts";
import { BlockID, Commit, Header } from "../../../gen/tendermint/types/types.ts";
import { Validator } from "../../../gen/tendermint/types/validator.ts";
import { fromHex, toHex } from "../../codec/bytes.ts";
import {
  CometJsonError,
  JsonValue,
  readCommitted,
  readConsensusParams,
  readIndexedTx,
  readStoredBlock,
  readValidatorInfo,
} from "./cometJson.ts";

interface Case {
  readonly name: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly json: unknown;
}

const file = new URL("../../../test/vectors/cometRpc/results.json", import.meta.url);
// The file's shape is given by the program that writes it.
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: readonly Case[] };

function vector(name: string): { json: JsonValue; part: (name: string) => Uint8Array } {
  const found = cases.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no vector ${name}`);
  return { json: new JsonValue(found.json, name), part: (part) => fromHex(found.parts[part] ?? "") };
}

describe("what CometBFT writes", () => {
  test.each(["block/full", "block/first"])("default: %s", (name) => {
    const { json, part } = vector(name);
    const stored = readStoredBlock(json)!;
    expect(stored.block).toEqual(Block.decode(part("block")));
    expect(stored.blockId).toEqual(BlockID.decode(part("blockId")));
  });

  test("behavior: the vectors hold evidence of both kinds", () => {
    const evidence = readStoredBlock(vector("block/full").json)!.block.evidence!.evidence;
    expect(evidence.some((item) => item.duplicateVoteEvidence !== undefined)).toBe(true);
    expect(evidence.some((item) => item.lightClientAttackEvidence !== undefined)).toBe(true);
  });

  test("behavior: a block that is absent", () => {
    expect(readStoredBlock(vector("block/absent").json)).toBeUndefined();
  });

  test("default: a commit with its header", () => {
    const { json, part } = vector("commit");
    const { header, commit } = readCommitted(json);
    expect(header).toEqual(Header.decode(part("header")));
    expect(commit).toEqual(Commit.decode(part("commit")));
  });

  test("default: a transaction with its result", () => {
    const { json, part } = vector("tx");
    const found = readIndexedTx(json);
    expect(found.result).toEqual(ExecTxResult.decode(part("result")));
    expect(toHex(found.hash)).toHaveLength(64);
  });

  test("default: validators and consensus parameters", () => {
    const validators = vector("validators");
    const expected = Validator.decode(validators.part("validator"));
    expect(validators.json.at("validators").items().map(readValidatorInfo)).toContainEqual({
      ...expected,
      pubKey: expected.pubKey?.ed25519,
    });
    const params = vector("consensus_params");
    const read = readConsensusParams(params.json.at("consensus_params"));
    expect(read).toEqual(ConsensusParams.decode(params.part("params")));
  });
});

describe("what CometBFT does not write", () => {
  const value = (json: unknown) => new JsonValue({ a: json }, "x").at("a");

  test.each<[string, () => unknown, string]>([
    ["a member of text", () => value("text").at("b"), "x.a: expected an object"],
    ["a list that is none", () => value({}).items(), "x.a: expected a list"],
    ["text that is a number", () => value(1).text(), "x.a: expected text"],
    ["an integer with a fraction", () => value(1.5).bigint(), "x.a: expected an integer"],
    ["an integer in words", () => value("one").bigint(), "x.a: expected an integer"],
    ["a large number", () => value("9007199254740993").number(), "x.a: expected a small integer"],
    ["a truth in words", () => value("true").boolean(), "x.a: expected true or false"],
    ["hex that is none", () => value("0x").hex(), "x.a: invalid hex"],
    ["base64 that is none", () => value("*").base64(), "x.a: invalid base64"],
    ["a time that is none", () => value("now").time(), "x.a: "],
  ])("error: %s", (_, read, text) => {
    expect(read).toThrow(CometJsonError);
    expect(read).toThrow(text);
  });
});
