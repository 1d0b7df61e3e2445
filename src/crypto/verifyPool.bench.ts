// Prints what a signature check costs the calling thread, and how many a pool does in a second.
// Run: node --import tsx src/crypto/verifyPool.bench.ts

import { sha256 } from "./hash.ts";
import { publicKeyOf, signSecp256k1 } from "./secp256k1.ts";
import { createVerifyPool, type SignatureCheck, verifySync } from "./verifyPool.ts";

const CHECKS = 20_000;

function makeChecks(): SignatureCheck[] {
  const privKey = sha256(Uint8Array.of(1));
  const pubKey = publicKeyOf(privKey);
  return Array.from({ length: 256 }, (_, index) => {
    const digest = sha256(Uint8Array.of(index));
    return { pubKey, digest, signature: signSecp256k1(digest, privKey) };
  });
}

/** Verifies CHECKS checks in calls of `perCall`; at most 4096 are under way. */
async function run(workers: number, perCall: number): Promise<void> {
  const checks = makeChecks();
  const pool = createVerifyPool({ workers });
  await pool.verify(checks);
  const under: Promise<boolean[]>[] = [];
  const started = performance.now();
  for (let done = 0; done < CHECKS; done += perCall) {
    under.push(pool.verify(checks.slice(done % 256, (done % 256) + perCall)));
    if (under.length * perCall >= 4096) await Promise.all(under.splice(0));
  }
  await Promise.all(under);
  const seconds = (performance.now() - started) / 1000;
  console.log(`${workers} threads, ${perCall} a call: ${Math.round(CHECKS / seconds)} checks/s`);
  await pool.close();
}

/** Time that the synchronous part of `verify` takes, threads left to themselves; the median of some rounds. */
async function callerCost(perCall: number): Promise<void> {
  const checks = makeChecks();
  const pool = createVerifyPool({ workers: 1 });
  await pool.verify(checks);
  const spentMs: number[] = [];
  for (let round = 0; round < 200; round++) {
    const started = performance.now();
    const calls: Promise<boolean[]>[] = [];
    for (let at = 0; at < 256; at += perCall) calls.push(pool.verify(checks.slice(at, at + perCall)));
    await Promise.resolve();
    spentMs.push(performance.now() - started);
    await Promise.all(calls);
  }
  const medianMs = spentMs.sort((a, b) => a - b)[100]!;
  console.log(`${perCall} a call: ${((medianMs * 1000) / 256).toFixed(2)} us a check to queue, copy and send`);
  await pool.close();
}

const check = makeChecks()[0]!;
const started = performance.now();
for (let index = 0; index < 5000; index++) verifySync(check);
console.log(`inline: ${((performance.now() - started) / 5).toFixed(1)} us a check`);
await callerCost(1);
await callerCost(4);
for (const workers of [1, 2]) for (const perCall of [1, 4]) await run(workers, perCall);
