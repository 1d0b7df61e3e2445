// The attester as a process, killed with SIGKILL at random instants while burns come in, on a chain that forks now and
// then. What it told in one life holds in all later ones: a V1 attestation, and a V2 message with its nonce, never change;
// at the end everything that is on the chain is attested.
//
// ATTESTER_KILLS=100 SEED=7 npx vitest run test/kill/attester     the number of kills and the instants; both are printed

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deriveKeys, KeyRing } from "../../src/attester/keyRing.ts";
import { askHttp, until } from "../../src/attester/testing/testAttester.ts";
import { verifyAttestation } from "../../src/cctp/attestation.ts";
import { TestEvm } from "../../src/chains/testing/testEvm.ts";
import { burnV1, burnV2 } from "../../src/chains/testing/testMessages.ts";
import { fromHex } from "../../src/codec/bytes.ts";
import { randomFrom } from "../randomFrom.ts";

const KILLS = Number(process.env["ATTESTER_KILLS"] ?? "8");
const SEED = Number(process.env["SEED"] ?? String(Date.now() % 1_000_000));
const PROGRAM = new URL("../../dist/src/cli/main.js", import.meta.url).pathname;
const KEYS = "kill test";
const TIMEOUT_MS = 60_000 + KILLS * 15_000;

/** A message as the service tells it. */
interface Told {
  readonly message: string;
  readonly attestation: string;
  readonly eventNonce: string;
  readonly status: string;
  readonly cctpVersion: 1 | 2;
}

let evm: TestEvm;
let state: string;

beforeAll(async () => {
  evm = await TestEvm.start();
  state = mkdtempSync(join(tmpdir(), "kill-attester-"));
});

afterAll(async () => {
  await evm?.stop();
  rmSync(state, { recursive: true, force: true });
});

/** Starts the attester; resolves with its URL. */
async function live(): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const { v1, v2, rpcUrls } = evm.config;
  const chain = [
    `domain=0,rpc=${rpcUrls[0]},fast=1,standard=3,poll=20`,
    `v1=${v1?.messageTransmitter}/${v1?.tokenMessenger}`,
    `v2=${v2?.messageTransmitter}/${v2?.tokenMessenger}`,
  ].join(",");
  const flags = ["--fixture", "--chain", chain, "--state", state, "--port", "0", "--admin-port", "0", "--seed", KEYS];
  const args = [PROGRAM, "attester", "start", ...flags, "--keys", "2/3", "--log-level", "error"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface(child.stdout)) {
    const url = /^ +API +(http\S+)/.exec(line)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error("the attester did not start");
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

/** The messages of a transaction; none when the service does not know it, or is dead. */
async function told(url: string, txHash: string): Promise<readonly Told[]> {
  const answer = await askHttp(`${url}/v2/messages/0?transactionHash=${txHash}`).catch(() => undefined);
  if (answer === undefined || answer.status === 404) return [];
  expect(answer.status).toBe(200);
  return (answer.body as { messages: readonly Told[] }).messages;
}

/** Compares what is told with what was told before, in this life or in an earlier one. */
function check(known: Map<string, Told>, messages: readonly Told[]): void {
  for (const each of messages.filter(({ status }) => status === "complete")) {
    const key = `V${each.cctpVersion} ${each.eventNonce}`;
    expect(known.get(key) ?? each).toEqual(each);
    known.set(key, each);
  }
}

test(
  `property: what was signed stays, over ${KILLS} kills`,
  async () => {
    console.log(`ATTESTER_KILLS=${KILLS} SEED=${SEED}`);
    const random = randomFrom(SEED);
    const known = new Map<string, Told>();
    const txs: string[] = [];
    let nonce = 0n;
    const burn = async (): Promise<void> => {
      const amount = BigInt(1 + Math.trunc(random() * 1e6));
      const fast = { amount: 1_000_000n + amount, minFinality: 1000, maxFee: 500n };
      txs.push((await evm.send(1, burnV1({ nonce: nonce++, amount }))).txHash);
      txs.push((await evm.send(2, burnV2({ amount }), burnV2(fast))).txHash);
    };
    for (let life = 0; life < KILLS; life++) {
      const { child, url } = await live();
      const endMs = Date.now() + random() * 400;
      while (Date.now() < endMs) {
        await burn();
        check(known, await told(url, txs[Math.trunc(random() * txs.length)]!));
      }
      await kill(child);
      // What happens while nobody watches, counts as well.
      if (random() < 0.5) await burn();
    }
    await evm.mine(4);
    const { child, url } = await live();
    const ring = new KeyRing({
      v1: deriveKeys(KEYS, { version: 1, count: 3, threshold: 2 }),
      v2: deriveKeys(KEYS, { version: 2, count: 3, threshold: 2 }),
    });
    try {
      for (const txHash of txs) {
        const messages = await until(
          () => told(url, txHash),
          (found) => found.length > 0 && found.every(({ status }) => status === "complete"),
        );
        check(known, messages);
        for (const { message, attestation, cctpVersion } of messages) {
          const attesters = ring.currentKeys(cctpVersion).map(({ address }) => address);
          const rule = { attesters, threshold: 2, strictEvm: true };
          expect(verifyAttestation(fromHex(message.slice(2)), fromHex(attestation.slice(2)), rule).ok).toBe(true);
        }
      }
      expect(known.size).toBe(1.5 * txs.length);
    } finally {
      await kill(child);
    }
  },
  TIMEOUT_MS,
);
