// The attester as people run it: a process of its own with a configuration file, keys from the environment and from a
// sealed file, on a devnet with Circle's contracts in our words. Cases: both versions from every chain to the next, each
// delivered where it should be; a fixture without a configuration; what the command says when it cannot start.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bytesToHex, type Hex, hexToBytes, pad } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askHttp, until } from "../../src/attester/testing/testAttester.ts";
import { addressToBytes32 } from "../../src/cctp/bytes32.ts";
import { messageHash } from "../../src/cctp/messageHash.ts";
import { Keyring } from "../../src/cli/keys/keyring.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { toHex } from "../../src/codec/bytes.ts";
import { ATTESTER_KEYS } from "../../src/devnet/bridgeKeys.ts";
import { createDevnet } from "../../src/devnet/createDevnet.ts";
import type { DevnetSystem } from "../../src/devnet/devnetSystem.ts";
import { type Attested, cosmosSide, evmSide } from "./bridgeByHand.ts";
import { freshAddress } from "./testChain.ts";

const PROGRAM = new URL("../../dist/src/cli/main.js", import.meta.url).pathname;
const PASSPHRASE = "correct horse";
const OUR_DOMAIN = 7770;
const MINUTE_MS = 60_000;

let devnet: DevnetSystem;
let folder: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  devnet = await createDevnet({ relayer: false });
  folder = mkdtempSync(join(tmpdir(), "attester-e2e-"));
}, 2 * MINUTE_MS);

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await devnet?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** Starts `statesetd attester start`; resolves with its URL, and what it has printed so far. */
async function start(
  flags: readonly string[],
  env: Record<string, string> = {},
): Promise<{ url: string; text: string }> {
  const args = [PROGRAM, "attester", "start", ...flags, "--log-level", "error"];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  children.push(child);
  let text = "";
  for await (const line of createInterface(child.stdout)) {
    text += `${line}\n`;
    if (line.startsWith("Ctrl-C")) return { url: /API +(http\S+)/.exec(text)?.[1] ?? "", text };
  }
  throw new Error(`the attester did not start:\n${text}`);
}

/** How a command that cannot start ends. */
function refused(...flags: readonly string[]): Promise<{ code: unknown; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, "attester", "start", ...flags], (error, _stdout, stderr) => {
      resolve({ code: error?.code, stderr });
    });
  });
}

/** The configuration of an attester for all chains of the devnet. */
async function configFile(): Promise<string> {
  await new Keyring(folder, "file", async () => PASSPHRASE).add("attester-1", ATTESTER_KEYS[0]!.privKey);
  const keys = `threshold = 2\nkeys = ["file:${folder}/keyring-file/attester-1.json", "env:ATTESTER_KEY_2"]`;
  const evm = devnet.evm.map(({ name, domain, config }) => {
    const contracts = (version: "v1" | "v2") =>
      Object.entries(config[version] ?? {})
        .map(([contract, address]) => `${contract} = "${address}"`)
        .join(", ");
    return `[[chains]]
kind = "evm"
name = "${name}"
domain = ${domain}
chainId = ${config.chainId}
rpcUrls = ["${config.rpcUrls[0]}"]
pollIntervalMs = 50
startHeight = 0
finality = { fast = 0, standard = 0 }
usdc = "${config.usdc}"
v1 = { ${contracts("v1")} }
v2 = { ${contracts("v2")} }`;
  });
  const file = join(folder, "attester.toml");
  writeFileSync(
    file,
    `home = "${folder}"
passphraseEnv = "ATTESTER_PASSPHRASE"
rateLimit = false
http = { port = 0 }
v1.${keys.replace("\n", "\nv1.")}
v2.${keys.replace("\n", "\nv2.")}

[[chains]]
kind = "cosmos"
name = "stateset"
domain = ${OUR_DOMAIN}
chainId = "${devnet.chain.chainId}"
rpcUrls = ["${devnet.chain.rpcUrl}"]
wsUrl = "${devnet.chain.rpcUrl.replace("http", "ws")}/websocket"
startHeight = 1
bech32Prefix = "stateset"
denom = "uusdc"
gasPrice = "0.025uusdc"
hasV2 = true

${evm.join("\n\n")}
`,
  );
  return file;
}

/** What a relayer would take from the service for a burn. */
async function attestation(url: string, place: { domain: number; txHash: string }): Promise<Attested> {
  const { domain, txHash } = place;
  const { body } = await until(
    () => askHttp(`${url}/v2/messages/${domain}?transactionHash=${txHash}`),
    (answer) => JSON.stringify(answer.body).includes('"complete"'),
  );
  const [message] = (body as { messages: { message: Hex; attestation: Hex; cctpVersion: 1 | 2 }[] }).messages;
  return {
    version: message!.cctpVersion,
    message: hexToBytes(message!.message),
    attestation: hexToBytes(message!.attestation),
  };
}

describe("with a configuration", () => {
  let url: string;

  beforeAll(async () => {
    const env = { ATTESTER_PASSPHRASE: PASSPHRASE, ATTESTER_KEY_2: toHex(ATTESTER_KEYS[1]!.privKey) };
    const started = await start(["--config", await configFile()], env);
    url = started.url;
    expect(started.text).not.toContain(toHex(ATTESTER_KEYS[0]!.privKey));
    expect(started.text).toContain(ATTESTER_KEYS[0]!.evmAddress.toLowerCase());
  }, MINUTE_MS);

  test.each([1, 2] as const)("default: V%d from an EVM chain to ours", async (version) => {
    const source = devnet.evmChain(0);
    const recipient = await freshAddress();
    const word = bytesToHex(addressToBytes32(decodeAddress(recipient)));
    const burned = await evmSide(source).burn({
      version,
      amountUusdc: 5_000_000n,
      destinationDomain: OUR_DOMAIN,
      recipient: word,
    });
    const attested = await attestation(url, { domain: 0, txHash: burned.receipt.transactionHash });
    const ours = await cosmosSide(devnet);
    await ours.receive(attested);
    expect(await ours.balance(recipient)).toBe(5_000_000n);
    if (version === 2) return;
    const byHash = await askHttp(`${url}/v1/attestations/${bytesToHex(messageHash(burned.message))}`);
    expect(byHash.body).toEqual({ attestation: bytesToHex(attested.attestation), status: "complete" });
  });

  test.each([1, 2] as const)("default: V%d from our chain to an EVM chain", async (version) => {
    const ours = await cosmosSide(devnet);
    const side = evmSide(devnet.evmChain(6), 2);
    const before = await side.balance(side.address);
    const message = await ours.burn({
      version,
      amountUusdc: 3_000_000n,
      destinationDomain: 6,
      recipient: pad(side.address),
    });
    // The only burn of its version on our chain: its message is too long for a search.
    const [sent] = await ours.client.searchTx(`message.action='/circle.cctp.v${version}.MsgDepositForBurn'`);
    const attested = await attestation(url, { domain: OUR_DOMAIN, txHash: sent!.hash });
    if (version === 1) expect(attested.message).toEqual(message);
    await side.receive(attested);
    expect((await side.balance(side.address)) - before).toBe(3_000_000n);
  });

  test.each([1, 2] as const)("default: V%d between EVM chains", async (version) => {
    const side = evmSide(devnet.evmChain(6), 3);
    const before = await side.balance(side.address);
    const burn = { version, amountUusdc: 1_000_000n, destinationDomain: 6, recipient: pad(side.address) };
    const { receipt } = await evmSide(devnet.evmChain(0), 3).burn(burn);
    await side.receive(await attestation(url, { domain: 0, txHash: receipt.transactionHash }));
    expect((await side.balance(side.address)) - before).toBe(1_000_000n);
  });
});

describe("as a fixture", () => {
  test("default: chains by flags, keys that are printed, controls", async () => {
    const source = devnet.evmChain(0);
    const { v1, v2, rpcUrls } = source.config;
    const contracts = `v1=${v1?.messageTransmitter}/${v1?.tokenMessenger},v2=${v2?.messageTransmitter}/${v2?.tokenMessenger}`;
    const ours = `domain=${OUR_DOMAIN},kind=cosmos,rpc=${devnet.chain.rpcUrl}`;
    const flags = ["--fixture", "--chain", `domain=0,rpc=${rpcUrls[0]},${contracts}`, "--chain", ours, "--keys", "2/3"];
    const { url, text } = await start([...flags, "--port", "0", "--admin-port", "0", "--fast-bps", "1.3"]);
    expect(text).toMatch(/V1 is signed by 2 of 3/);
    const burn = { version: 2, amountUusdc: 1_000_000n, destinationDomain: 6, recipient: pad("0x01") } as const;
    const { receipt } = await evmSide(source, 4).burn(burn);
    const attested = await attestation(url, { domain: 0, txHash: receipt.transactionHash });
    expect(attested.attestation).toHaveLength(2 * 65);
    expect((await askHttp(`${url}/v2/burn/USDC/fees/0/6`)).body).toContainEqual({
      finalityThreshold: 1000,
      minimumFee: 1.3,
    });
    const adminUrl = /controls +(http\S+)/.exec(text)?.[1];
    expect(await askHttp(`${adminUrl}/status`)).toMatchObject({ status: 200 });
  });
});

describe("when it cannot start", () => {
  test.each([
    ["neither", [], 2, "give either --config <file> or --fixture"],
    ["no file", ["--config", "/nothing.toml"], 2, "/nothing.toml: no such file"],
    ["no chain", ["--fixture"], 2, "--chain: give one at least"],
    ["a chain without an endpoint", ["--fixture", "--chain", "domain=0"], 2, "--chain rpc: expected a URL"],
    ["a setting that does not exist", ["--fixture", "--chain", "color=red"], 2, "--chain color: expected one of"],
    [
      "nobody there",
      ["--fixture", "--chain", "domain=0,rpc=http://127.0.0.1:2"],
      2,
      "--chain rpc: 127.0.0.1:2: no answer: ECONNREFUSED",
    ],
    ["too many keys", ["--fixture", "--keys", "1/99", "--chain", "domain=0"], 2, "--keys: expected m/n, at most 32"],
  ])("error: %s", async (_name, flags, code, message) => {
    const outcome = await refused(...flags);
    expect(outcome).toMatchObject({ code, stderr: expect.stringContaining(message) });
  });

  test("error: contracts of another domain, and a port that is taken", async () => {
    const { v2, rpcUrls } = devnet.evmChain(0).config;
    const chain = (domain: number) =>
      `domain=${domain},rpc=${rpcUrls[0]},v2=${v2?.messageTransmitter}/${v2?.tokenMessenger}`;
    const wrong = await refused("--fixture", "--chain", chain(5), "--port", "0", "--admin-port", "0");
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("localDomain: expected 5, got 0") });
    const { port } = new URL(devnet.chain.rpcUrl);
    const taken = await refused("--fixture", "--chain", chain(0), "--port", port, "--admin-port", "0");
    expect(taken).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`cannot listen on 127.0.0.1:${port}: somebody else does`),
    });
  });
});
