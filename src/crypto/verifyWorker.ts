// The verifying thread: gets a batch of records, answers one byte for each (verifyPool.ts).

import { parentPort } from "node:worker_threads";
import { KnownKeys } from "./knownKeys.ts";
import { verifyByFullKey, verifySecp256k1 } from "./secp256k1.ts";
import { RECORD } from "./verifyPool.ts";

const keys = new KnownKeys();

/** As `verifySecp256k1`, and quicker when the key has come before. */
function verify(pubKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  let fullKey: Uint8Array | undefined;
  try {
    fullKey = keys.find(pubKey);
  } catch {
    // Not a point: no signature of anything.
    return false;
  }
  if (fullKey === undefined) return verifySecp256k1(pubKey, digest, signature);
  return verifyByFullKey(fullKey, digest, signature);
}

parentPort?.on("message", (records: Uint8Array) => {
  const verdicts = new Uint8Array(records.length / RECORD.bytes);
  for (let index = 0; index < verdicts.length; index += 1) {
    const record = records.subarray(index * RECORD.bytes, (index + 1) * RECORD.bytes);
    const isValid = verify(
      record.subarray(0, RECORD.digest),
      record.subarray(RECORD.digest, RECORD.signature),
      record.subarray(RECORD.signature),
    );
    verdicts[index] = isValid ? 1 : 0;
  }
  parentPort?.postMessage(verdicts, [verdicts.buffer]);
});
