// Drives `statesetd` as a person does: a devnet, keys, transfers in both sign modes, queries, exports, and exit codes.
// Runs what `npm run build` made.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const PROGRAM = new URL("../../dist/src/cli/main.js", import.meta.url).pathname;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let home: string;
let devnet: ChildProcess;
let devnetText = "";
let rpcUrl = "";

/** Runs the program; an object in front says what it reads. */
function run(...given: readonly (string | { readonly input: string })[]): Promise<Outcome> {
  const args = given.filter((argument) => typeof argument === "string");
  const [first] = given;
  return new Promise((resolve) => {
    const all = [PROGRAM, "--home", home, "--keyring-backend", "test", "--node", rpcUrl, ...args];
    const child = execFile(process.execPath, all, { encoding: "utf8" }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    child.stdin?.end(typeof first === "object" ? first.input : "");
  });
}

/** What a command prints, in a file. */
async function save(name: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
  const file = join(home, name);
  writeFileSync(file, stdout);
  return file;
}

async function json(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { stdout, stderr, code } = await run("--output", "json", ...args);
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout);
}

async function waitForText(text: string): Promise<void> {
  const deadlineMs = Date.now() + 30_000;
  while (!devnetText.includes(text)) {
    if (Date.now() > deadlineMs) throw new Error(`the devnet does not say ${text}: ${devnetText}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGINT");
  });
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "cli-"));
  devnet = spawn(process.execPath, [PROGRAM, "--home", home, "devnet", "--free-ports", "--block-interval", "20"]);
  devnet.stdout?.on("data", (chunk: Buffer) => {
    devnetText += chunk.toString();
  });
  await waitForText("Ctrl-C");
  rpcUrl = /RPC +(http\S+)/.exec(devnetText)?.[1] ?? "";
  const key = /\(1\) \S+ +([0-9a-f]{64})/.exec(devnetText)?.[1] ?? "";
  expect((await run("keys", "import-hex", "alice", key)).code).toBe(0);
  expect((await run("keys", "add", "bob")).code).toBe(0);
});

afterAll(async () => {
  if (devnet.exitCode === null) await stop(devnet);
  rmSync(home, { recursive: true, force: true });
});

async function addressOf(name: string): Promise<string> {
  return (await run("keys", "show", name, "--address")).stdout.trim();
}

describe("a person's day", () => {
  test("default: the devnet says where everything listens and which accounts there are", () => {
    for (const name of ["RPC", "gRPC", "REST", "metrics", "faucet"])
      expect(devnetText).toMatch(new RegExp(`${name} +\\S+`));
    expect(devnetText.match(/stateset1[a-z0-9]{38}/g)?.length).toBeGreaterThanOrEqual(5);
    expect(devnetText).toContain("abandon abandon");
  });

  test.each(["direct", "amino-json"])("behavior: a transfer signed %s arrives", async (mode) => {
    const bob = await addressOf("bob");
    const before = await json("query", "bank", "balance", bob, "uusdc");
    const sent = await json("tx", "bank", "send", "alice", bob, "1000uusdc", "--sign-mode", mode, "-y");
    expect(sent).toMatchObject({ code: 0, tx: { body: { messages: [{ to_address: bob }] } } });
    const after = await json("query", "bank", "balance", "--address", bob, "--denom", "uusdc");
    const amount = (answer: Record<string, unknown>) => BigInt((answer["balance"] as { amount: string }).amount);
    expect(amount(after) - amount(before)).toBe(1000n);
    const found = await json("query", "tx", String(sent["txhash"]));
    expect(found["height"]).toBe(sent["height"]);
  });

  test("behavior: an unordered transfer needs no sequence", async () => {
    const bob = await addressOf("bob");
    const sent = await json("tx", "bank", "send", bob, "7uusdc", "--from", "alice", "--unordered", "-y");
    expect(sent).toMatchObject({ code: 0, tx: { body: { unordered: true } } });
  });

  test("behavior: a transaction is made, signed, checked and sent, each on its own", async () => {
    const [alice, bob] = [await addressOf("alice"), await addressOf("bob")];
    const estimate = await json("tx", "bank", "send", "alice", bob, "1uusdc", "--dry-run");
    expect(Number(estimate["gas_estimate"])).toBeGreaterThan(40_000);
    const unsigned = await save("unsigned.json", "tx", "bank", "send", alice, bob, "1uusdc", "--generate-only");
    const signed = await save("signed.json", "tx", "sign", unsigned, "--from", "alice");
    expect(await json("tx", "validate-signatures", signed)).toMatchObject({ signatures: [{ verdict: "OK" }] });
    expect((await run("tx", "validate-signatures", unsigned)).code).toBe(1);
    const bytes = (await run("tx", "encode", signed)).stdout.trim();
    expect(await json("tx", "decode", bytes)).toEqual(JSON.parse(readFileSync(signed, "utf8")));
    expect(await json("debug", "tx", bytes)).toMatchObject({ fee_payer: alice });
    expect(await json("tx", "broadcast", signed)).toMatchObject({ code: 0 });
    expect((await run("tx", "validate-signatures", signed)).stdout).toContain("account sequence mismatch");
  });

  test("behavior: offline, no node is asked for anything", async () => {
    const [alice, bob] = [await addressOf("alice"), await addressOf("bob")];
    const { info } = (await json("query", "auth", "account-info", alice)) as {
      info: { account_number: string; sequence: string };
    };
    const nowhere = ["--node", "http://127.0.0.1:1", "--chain-id", "stateset-devnet-1", "--offline"];
    const make = ["tx", "bank", "send", alice, bob, "1uusdc", "--gas", "200000", "--fees", "5000uusdc"];
    expect((await run(...nowhere.slice(0, 4), ...make, "--offline")).code).toBe(2);
    const unsigned = await save("offline.json", ...make, ...nowhere, "--generate-only");
    const at = ["-a", info.account_number, "-s", info.sequence];
    const signed = join(home, "offline-signed.json");
    const out = ["--output-document", signed];
    expect((await run("tx", "sign", unsigned, "--from", "alice", ...nowhere)).stderr).toContain("--account-number");
    expect((await run("tx", "sign", unsigned, "--from", "alice", ...nowhere, ...at, ...out)).code).toBe(0);
    expect(await json("tx", "broadcast", signed)).toMatchObject({ code: 0 });
  });

  test("behavior: keys of several are the same in any order, and one may be somebody else's", async () => {
    for (const name of ["m1", "m2", "m3"]) expect((await run("keys", "add", name)).code).toBe(0);
    const pubkey = (await run("keys", "show", "m3", "--pubkey")).stdout.trim();
    expect((await run("keys", "delete", "m3", "-y")).code).toBe(0);
    expect(await json("keys", "add", "m3", "--pubkey", pubkey)).toMatchObject({ type: "offline" });
    const shared = await json("keys", "add", "shop", "--multisig", "m1,m2,m3", "--multisig-threshold", "2");
    const reordered = await json("keys", "add", "shop2", "--multisig", "m3,m1,m2", "--multisig-threshold", "2");
    expect(reordered["address"]).toBe(shared["address"]);
  });

  test("behavior: two of three sign for a key they share", async () => {
    const shop = await addressOf("shop");
    expect(await json("tx", "bank", "send", "alice", shop, "1000000uusdc", "-y")).toMatchObject({ code: 0 });
    const unsigned = await save("shop.json", "tx", "bank", "send", shop, shop, "1uusdc", "--generate-only");
    const first = await save("m1.json", "tx", "sign", unsigned, "--from", "m1", "--multisig", "shop");
    const second = await save("m2.json", "tx", "sign", unsigned, "--from", "m2", "--multisig", shop);
    expect((await run("tx", "multisign", unsigned, "shop", first)).stderr).toContain("2 of 3 must sign, 1 have");
    expect((await run("tx", "sign", unsigned, "--from", "alice", "--multisig", "shop")).stderr).toContain(
      "not a part of",
    );
    const signed = await save("shop-signed.json", "tx", "multisign", unsigned, "shop", first, second);
    expect(await json("tx", "broadcast", signed)).toMatchObject({ code: 0 });
  });

  test("behavior: a batch is signed in one go, each with the next sequence", async () => {
    const shop = await addressOf("shop");
    const one = readFileSync(await save("one.json", "tx", "bank", "send", "alice", shop, "1uusdc", "--generate-only"));
    const batch = join(home, "batch.jsonl");
    writeFileSync(batch, Buffer.concat([one, one]));
    const lines = readFileSync(await save("batch-signed.jsonl", "tx", "sign-batch", batch, "--from", "alice"), "utf8");
    for (const [index, line] of lines.trim().split("\n").entries()) {
      const file = join(home, `batch-${index}.json`);
      writeFileSync(file, line);
      expect(await json("tx", "broadcast", file)).toMatchObject({ code: 0 });
    }
  });

  test("behavior: keys are exported and imported", async () => {
    const armored = await run({ input: "correct horse\n" }, "keys", "export", "bob");
    const file = join(home, "bob.key");
    writeFileSync(file, armored.stdout);
    expect((await run({ input: "wrong horse\n" }, "keys", "import", "bob2", file)).stderr).toContain(
      "wrong passphrase",
    );
    expect((await run({ input: "correct horse\n" }, "keys", "import", "bob2", file)).code).toBe(0);
    expect(await addressOf("bob2")).toBe(await addressOf("bob"));
    expect((await run("keys", "export", "bob", "--unarmored-hex")).code).toBe(2);
  });

  test("behavior: text output, blocks, searches, status", async () => {
    const alice = await addressOf("alice");
    expect((await run("status")).stdout).toContain("chain_id: stateset-devnet-1");
    expect((await run("query", "block", "1")).stdout).toContain("height: 1");
    const found = await json("query", "txs", "--query", `message.sender='${alice}'`);
    expect(Number(found["total_count"])).toBeGreaterThan(0);
    expect((await run("query", "auth", "accounts", "--page-limit", "2")).stdout).toContain("next_key: ");
  });

  test("behavior: an operator names itself once, and its validator and its stake are found", async () => {
    const operator = (await addressOf("alice")).replace("stateset1", "statesetvaloper1").slice(0, -6);
    const pubkey = JSON.stringify({ "@type": "/cosmos.crypto.ed25519.PubKey", key: "A".repeat(43).concat("=") });
    const creation = await json(
      ...["tx", "staking", "create-validator", "--from", "alice", "--fees", "20000uusdc", "--gas", "500000", "--yes"],
      ...["--description", '{"moniker":"alice"}', "--pubkey", pubkey, "--value", "5000000ustake"],
      ...["--commission", '{"rate":"0.05","max_rate":"0.2","max_change_rate":"0.01"}', "--min-self-delegation", "1"],
    );
    expect(creation).toMatchObject({ code: 0 });
    const { validators } = (await json("query", "staking", "validators")) as { validators: Record<string, unknown>[] };
    const made = validators.find(({ operator_address: address }) => String(address).startsWith(operator));
    expect(made).toMatchObject({ tokens: "5000000", description: { moniker: "alice" } });
    const rejected = await run(
      ...["tx", "slashing", "unjail", "--from", "alice", "--fees", "20000uusdc", "--gas", "500000", "--yes"],
    );
    expect(rejected.stdout + rejected.stderr).toContain("validator not jailed");
  });
});

describe("exit codes", () => {
  test.each([
    [2, ["nonsense"], "unknown command"],
    [2, ["query", "bank", "balance", "a", "b", "c"], "too many arguments: c"],
    [2, ["tx", "bank", "send", "alice", "stateset1x", "5", "-y"], "amount"],
    [2, ["query", "tx", "xyz"], "64 hex digits"],
    [1, ["query", "bank", "balance", "stateset1x", "uusdc"], "invalid address"],
    [1, ["query", "tx", "00".repeat(32)], "not found"],
    [1, ["keys", "show", "carol"], "no such key"],
    [1, ["genesis", "validate", "/nowhere.json"], "no such file"],
    [3, ["--node", "http://127.0.0.1:45999", "status"], "no node answers"],
  ])("error: %i for %j", async (code, args, text) => {
    const outcome = await run(...args);
    expect(outcome.stderr).toContain(text);
    expect(outcome.code).toBe(code);
  });

  test("error: 4 when the chain refuses", async () => {
    const bob = await addressOf("bob");
    const outcome = await run("tx", "bank", "send", "bob", bob, "999999999uusdc", "--gas", "100000", "-y");
    expect(outcome.stdout).toContain("insufficient funds");
    expect(outcome.code).toBe(4);
  });
});

describe("a stopped node", () => {
  test("behavior: its state is exported, is a valid genesis, and adds up; the next start goes on", async () => {
    await stop(devnet);
    const exported = await run("--home", join(home, "devnet"), "export");
    expect(exported.code).toBe(0);
    const file = join(home, "exported.json");
    writeFileSync(file, exported.stdout);
    const hashes = await Promise.all([0, 1].map(() => json("genesis", "validate", file)));
    expect(hashes[0]).toMatchObject({ valid: true });
    expect(hashes[0]).toEqual(hashes[1]);
    expect((await json("--home", join(home, "devnet"), "invariants"))["broken"]).toEqual([]);
    devnetText = "";
    devnet = spawn(process.execPath, [PROGRAM, "--home", home, "devnet", "--free-ports"]);
    devnet.stdout?.on("data", (chunk: Buffer) => {
      devnetText += chunk.toString();
    });
    await expect.poll(() => devnetText, { timeout: 30_000 }).toMatch(/at height ([2-9]|[1-9][0-9]+)\b/);
  });

  test("behavior: a new chain is initialised, filled and checked", async () => {
    const fresh = join(home, "fresh");
    const alice = await addressOf("alice");
    expect(await json("--home", fresh, "--chain-id", "shop-1", "init", "shop")).toMatchObject({ chain_id: "shop-1" });
    expect((await run("--home", fresh, "init", "shop")).code).toBe(1);
    expect((await run("--home", fresh, "genesis", "add-account", alice, "5uusdc")).code).toBe(0);
    expect((await run("--home", fresh, "genesis", "add-account", alice, "5uusdc")).code).toBe(2);
    expect(await json("--home", fresh, "genesis", "set-authority", alice)).toEqual({ authority: alice });
    expect((await run("--home", fresh, "genesis", "set-authority", "stateset1x")).code).toBe(2);
    expect(await json("--home", fresh, "genesis", "show")).toMatchObject({
      app_state: { authority: { authority: alice } },
    });
    expect(await json("--home", fresh, "genesis", "validate")).toMatchObject({ valid: true, chain_id: "shop-1" });
  });
});
