// `statesetd gateway keys` as a person uses it, and a gateway that knows the key: made by the merchant's key, used, listed,
// revoked. In between the master key is changed.

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Devnet, startDevnet } from "../../src/devnet/devnet.ts";
import { createLogger } from "../../src/devnet/logger.ts";
import { ApiKeys } from "../../src/gateway/auth/apiKeys.ts";
import { loadMasterKeys } from "../../src/gateway/auth/masterKeyFile.ts";
import { openApiKeys } from "../../src/gateway/auth/openApiKeys.ts";
import { startGateway } from "../../src/gateway/gateway.ts";
import { openDatabase } from "../../src/gateway/sql/openDatabase.ts";

const PROGRAM = new URL("../../dist/src/cli/main.js", import.meta.url).pathname;

let home: string;
let devnet: Devnet;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "gateway-keys-"));
  devnet = await startDevnet({
    ...{
      home: join(home, "node"),
      freePorts: true,
      blockIntervalMs: 20,
      emptyBlockIntervalMs: 300,
      logLevel: "silent",
    },
  });
});

afterAll(async () => {
  await devnet.close();
  rmSync(home, { recursive: true, force: true });
});

function run(args: readonly string[], input = ""): Promise<{ code: number; stdout: string; stderr: string }> {
  const all = [PROGRAM, "--home", home, "--keyring-backend", "test", "--node", devnet.rpcUrl, "-o", "json", ...args];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, all, { encoding: "utf8" }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

test("default: a key is made, works, and ends", { timeout: 180_000 }, async () => {
  // The first account of the words is the merchant.
  const added = await run(["keys", "add", "shop", "--recover"], `${devnet.mnemonic}\n`);
  expect(added.code, added.stderr).toBe(0);
  const made = await run(["gateway", "keys", "create", "--from", "shop", "--name", "web", "--yes"]);
  expect(made.code, made.stderr).toBe(0);
  const secret = /sk_test_[1-9A-HJ-NP-Za-km-z]{32}/.exec(made.stdout)?.[0];
  const id = /key_[1-9A-HJ-NP-Za-km-z]+/.exec(made.stdout)?.[0];
  expect(secret).toBeDefined();

  const masterKeys = loadMasterKeys(undefined, join(home, "config", "gateway_master.key"));
  const logger = createLogger("silent");
  const gateway = await startGateway({
    ...{ rpcUrl: devnet.rpcUrl, masterKeys, logger, onOtherChain: "stop" },
    database: { folder: join(home, "gateway") },
    http: { host: "127.0.0.1", port: 0 },
    openKeys: openApiKeys({ masterKeys, logger }),
    onFailure: (error) => expect.fail(String(error)),
  });
  const post = (key: string) =>
    fetch(`${gateway.url}/v1/orders`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", "idempotency-key": "first" },
      body: JSON.stringify({ customer_id: "cust_1", items: [{ sku: "A", quantity: 1, price: "5.00" }] }),
    });
  const first = await post(secret!);
  const order = (await first.json()) as { id: string };
  expect([first.status, first.headers.get("ratelimit-limit")]).toEqual([201, "1000"]);
  const again = await post(secret!);
  expect(await again.json()).toEqual(order);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect((await post(`sk_test_${"1".repeat(32)}`)).status).toBe(401);
  await gateway.close();

  // Another master key: the new one first, everything wrapped anew, then the new one alone.
  const keyFile = join(home, "config", "gateway_master.key");
  const [oldKey, newKey] = [readFileSync(keyFile, "utf8").trim(), Buffer.alloc(32, 7).toString("base64")];
  writeFileSync(keyFile, newKey);
  const early = await run(["gateway", "rewrap"]);
  expect([early.code, early.stderr]).toEqual([1, expect.stringContaining("there is no master key")]);
  writeFileSync(keyFile, `${newKey},${oldKey}`);
  const rewrapped = await run(["gateway", "rewrap"]);
  expect(rewrapped.code, rewrapped.stderr).toBe(0);
  const counts = { customer_keys: 0, gateway_signers: 1, webhook_endpoints: 0 };
  expect(JSON.parse(rewrapped.stdout)).toMatchObject({ rewrapped: counts, answers_left: 1 });
  writeFileSync(keyFile, newKey);
  const database = await openDatabase({ folder: join(home, "gateway") });
  const signers = await database.query<{ address: string; merchant: string }>("select * from gateway_signers");
  const rotated = loadMasterKeys(undefined, keyFile);
  const keys = new ApiKeys({
    ...{ database, masterKeys: rotated, chainId: devnet.chainId, nowMs: Date.now, warn: () => undefined },
  });
  expect((await keys.privKeyOf(signers[0]!.address)).length).toBe(32);
  await database.close();

  const listed = await run(["gateway", "keys", "list"]);
  expect(listed.stdout).toContain(id);
  expect(listed.stdout).not.toContain(secret);
  expect((await run(["gateway", "keys", "revoke", id!])).code).toBe(0);
  expect((await run(["gateway", "keys", "revoke", "key_none"])).code).toBe(2);
});

test("error: what the key's making lacks", async () => {
  const none = await run(["gateway", "keys", "create"]);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("--merchant")]);
  const live = await run(["gateway", "keys", "create", "--merchant", devnet.accounts[3]!.address, "--kind", "live"]);
  expect([live.code, live.stderr]).toEqual([2, expect.stringContaining("test keys")]);
});
