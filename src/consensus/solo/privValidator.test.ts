// Cases: signs upwards only; the file follows; what the file says at the start; rewinding.

import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { utf8 } from "../../codec/bytes.ts";
import { verifyEd25519 } from "../../crypto/ed25519.ts";
import { nodeKeyFromSeed } from "./nodeFiles.ts";
import { DoubleSignError, PrivValidator } from "./privValidator.ts";

const KEY = nodeKeyFromSeed(new Uint8Array(32).fill(1));
const stateFile = () => join(mkdtempSync(join(tmpdir(), "priv-")), "priv_validator_state.json");
const read = (file: string) => JSON.parse(readFileSync(file, "utf8"));

test("default: signs with the key, each published height once", () => {
  const validator = PrivValidator.open(KEY, undefined, 4);
  const signature = validator.signPrecommit(5, utf8("vote"));
  expect(verifyEd25519(KEY.pubKey, utf8("vote"), signature)).toBe(true);
  validator.published(5);
  expect(() => validator.signPrecommit(5, utf8("other"))).toThrow(DoubleSignError);
  expect(() => validator.signPrecommit(4, utf8("other"))).toThrow("block 5 is signed and published");
  validator.signPrecommit(6, utf8("next"));
});

test("behavior: a height that was signed but never became durable may be signed again", () => {
  const validator = PrivValidator.open(KEY, undefined, 4);
  validator.signPrecommit(5, utf8("lost"));
  expect(() => validator.signPrecommit(5, utf8("again"))).not.toThrow();
});

test("behavior: the file names what was published, not what was only signed", async () => {
  const file = stateFile();
  const validator = PrivValidator.open(KEY, file, 0);
  const signature = validator.signPrecommit(1, utf8("vote"));
  validator.published(1);
  await validator.close();
  expect(read(file)).toEqual({
    height: "1",
    round: 0,
    step: 3,
    signature: Buffer.from(signature).toString("base64"),
    signbytes: Buffer.from("vote").toString("hex").toUpperCase(),
  });
  validator.signPrecommit(2, utf8("unpublished"));
  await validator.close();
  expect(read(file).height).toBe("1");
});

test("behavior: without a block no file is written", async () => {
  const file = stateFile();
  await PrivValidator.open(KEY, file, 3).close();
  expect(existsSync(file)).toBe(false);
});

test("behavior: a file behind the blocks is fine, one ahead of them is refused", async () => {
  const file = stateFile();
  const validator = PrivValidator.open(KEY, file, 8);
  validator.signPrecommit(9, utf8("vote"));
  validator.published(9);
  await validator.close();
  expect(() => PrivValidator.open(KEY, file, 12)).not.toThrow();
  expect(() => PrivValidator.open(KEY, file, 9)).not.toThrow();
  expect(() => PrivValidator.open(KEY, file, 8)).toThrow("the data folder ends at block 8: it is an old copy");
});

test("behavior: rewinding allows the heights above again, also after a restart", async () => {
  const file = stateFile();
  const validator = PrivValidator.open(KEY, file, 8);
  validator.signPrecommit(9, utf8("vote"));
  validator.published(9);
  await validator.rewind(5);
  expect(() => validator.signPrecommit(6, utf8("other"))).not.toThrow();
  expect(() => PrivValidator.open(KEY, file, 5)).not.toThrow();
});
