// Cases: both backends; names; passphrases; tampering; export and import; public keys; multisig; agreement with CosmJS.

import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMultisigThresholdPubkey, pubkeyToAddress } from "@cosmjs/amino";
import { DirectSecp256k1HdWallet, encodePubkey } from "@cosmjs/proto-signing";
import { describe, expect, test } from "vitest";
import { mnemonicFrom, privKeyFromMnemonic } from "../../devnet/mnemonic.ts";
import { CliError } from "../cliError.ts";
import { Keyring } from "./keyring.ts";

const MNEMONIC = mnemonicFrom(new Uint8Array(32).fill(7));

function newHome(): string {
  return mkdtempSync(join(tmpdir(), "keyring-"));
}

function keyring(backend: string, options: { home?: string; passphrase?: string } = {}): Keyring {
  return new Keyring(options.home ?? newHome(), backend, async () => options.passphrase ?? "correct horse");
}

describe.each(["test", "file"])("%s backend", (backend) => {
  test("default: a key is kept, listed, opened and deleted", async () => {
    const home = newHome();
    const keys = keyring(backend, { home });
    const privKey = await privKeyFromMnemonic(MNEMONIC);
    const added = await keys.add("alice", privKey);
    const again = keyring(backend, { home });
    expect(again.list()).toEqual([added]);
    expect(again.require(added.address)).toEqual(added);
    expect(Buffer.from(await again.privKey("alice"))).toEqual(Buffer.from(privKey));
    again.delete("alice");
    expect(again.list()).toEqual([]);
  });

  test("behavior: the file is readable by its owner only, and the sealed one does not hold the key", async () => {
    const home = newHome();
    const privKey = await privKeyFromMnemonic(MNEMONIC);
    await keyring(backend, { home }).add("alice", privKey);
    const file = join(home, `keyring-${backend}`, "alice.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const holdsKey = readFileSync(file, "utf8").includes(Buffer.from(privKey).toString("hex"));
    expect(holdsKey).toBe(backend === "test");
  });

  test.each(["", "../up", "a/b", "a\\b", ".hidden", "a b", "a".repeat(65), "ü"])(
    "error: %j is not a name",
    async (name) => {
      await expect(keyring(backend).add(name, new Uint8Array(32).fill(1))).rejects.toThrow("is not a key name");
    },
  );

  test("error: a name that is taken", async () => {
    const keys = keyring(backend);
    await keys.add("alice", new Uint8Array(32).fill(1));
    await expect(keys.add("alice", new Uint8Array(32).fill(2))).rejects.toThrow("there is a key of that name");
  });

  test("behavior: an exported key is imported elsewhere, with its passphrase only", async () => {
    const keys = keyring(backend);
    const added = await keys.add("alice", await privKeyFromMnemonic(MNEMONIC));
    const armor = await keys.export("alice", "another passphrase");
    const elsewhere = keyring(backend);
    await expect(elsewhere.import("bob", armor, "not that one")).rejects.toThrow("wrong passphrase");
    expect((await elsewhere.import("bob", armor, "another passphrase")).address).toBe(added.address);
  });
});

test("behavior: a public key is kept without a secret", async () => {
  const keys = keyring("test");
  const { pubKey, address } = await keys.add("alice", new Uint8Array(32).fill(1));
  const added = keys.addPublic("bob", { typeUrl: pubKey.typeUrl, value: Buffer.from(pubKey.value, "base64") });
  expect(added).toMatchObject({ type: "offline", address });
  await expect(keys.privKey("bob")).rejects.toThrow("bob is a public key: its owner signs");
  expect(() => keys.addPublic("carol", { typeUrl: "/x", value: new Uint8Array(0) })).toThrow("are not supported");
});

test("error: the keys of a keyring have one passphrase, which a mistyped one is not", async () => {
  const home = newHome();
  await keyring("file", { home }).add("alice", new Uint8Array(32).fill(1));
  const mistyped = keyring("file", { home, passphrase: "correct house" });
  await expect(mistyped.add("bob", new Uint8Array(32).fill(2))).rejects.toThrow("wrong passphrase");
  expect(mistyped.list().map(({ name }) => name)).toEqual(["alice"]);
  await keyring("file", { home }).add("bob", new Uint8Array(32).fill(2));
});

describe("sealing", () => {
  test("error: a wrong passphrase, a short one, and a changed file", async () => {
    const home = newHome();
    await keyring("file", { home }).add("alice", new Uint8Array(32).fill(1));
    await expect(keyring("file", { home, passphrase: "battery staple" }).privKey("alice")).rejects.toThrow(CliError);
    await expect(keyring("file", { passphrase: "short" }).add("bob", new Uint8Array(32).fill(1))).rejects.toThrow(
      "at least 8 characters",
    );
    const path = join(home, "keyring-file", "alice.json");
    const file = JSON.parse(readFileSync(path, "utf8"));
    const changes = [
      { sealed: { ...file.sealed, n: 1 << 30 } },
      { sealed: { ...file.sealed, tag: "" } },
      { sealed: { ...file.sealed, sealed: Buffer.alloc(32).toString("base64") } },
      { version: 2 },
      { address: "stateset1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqkyzm30" },
    ];
    for (const change of changes) {
      writeFileSync(path, JSON.stringify({ ...file, ...change }));
      await expect(keyring("file", { home }).privKey("alice")).rejects.toThrow(CliError);
    }
    writeFileSync(path, "{");
    expect(() => keyring("file", { home }).list()).toThrow(CliError);
  });

  test("error: a backend that does not exist, and words that are no mnemonic", async () => {
    expect(() => keyring("os")).toThrow("expected file or test");
    await expect(privKeyFromMnemonic("abandon abandon")).rejects.toThrow(Error);
  });
});

describe("agreement with CosmJS", () => {
  test("behavior: the same words give the same address", async () => {
    const wallet = await DirectSecp256k1HdWallet.fromMnemonic(MNEMONIC, { prefix: "stateset" });
    const [account] = await wallet.getAccounts();
    const added = await keyring("test").add("alice", await privKeyFromMnemonic(`  ${MNEMONIC.replaceAll(" ", "  ")} `));
    expect(added.address).toBe(account?.address);
  });

  test("behavior: a multisig key has CosmJS's address", async () => {
    const members = await Promise.all(
      [1, 2, 3].map(async (byte) => {
        const { value } = (await keyring("test").add("a", new Uint8Array(32).fill(byte))).pubKey;
        const key = Buffer.from(value, "base64").subarray(2);
        return { type: "tendermint/PubKeySecp256k1", value: key.toString("base64") };
      }),
    );
    const multisig = createMultisigThresholdPubkey(members, 2);
    const added = keyring("test").addPublic("shop", encodePubkey(multisig));
    expect(added).toMatchObject({ type: "multi", address: pubkeyToAddress(multisig, "stateset") });
  });
});
