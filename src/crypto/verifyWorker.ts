// The verifying thread: gets a batch of records, answers one byte for each (verifyPool.ts).

import { parentPort } from "node:worker_threads";
import { verifySecp256k1 } from "./secp256k1.ts";
import { RECORD } from "./verifyPool.ts";

parentPort?.on("message", (records: Uint8Array) => {
  const verdicts = new Uint8Array(records.length / RECORD.bytes);
  for (let index = 0; index < verdicts.length; index += 1) {
    const record = records.subarray(index * RECORD.bytes, (index + 1) * RECORD.bytes);
    const isValid = verifySecp256k1(
      record.subarray(0, RECORD.digest),
      record.subarray(RECORD.digest, RECORD.signature),
      record.subarray(RECORD.signature),
    );
    verdicts[index] = isValid ? 1 : 0;
  }
  parentPort?.postMessage(verdicts, [verdicts.buffer]);
});
