// Replays the blocks of a stopped node in this process and compares every app hash and results hash:
// `npx tsx scripts/replay.ts --home ~/.stateset`. Standard error tells the progress; the last line of standard output is
// the verdict as JSON, before it with `--hashes` a line for each height: `height appHash`. The exit code is 1 when a
// block comes out differently, or the home cannot be read.

import { parseArgs } from "node:util";
import { type ChainApp, createApp, STORE_NAMES } from "../app/app.ts";
import { toHex } from "../src/codec/bytes.ts";
import { replayHome } from "../src/consensus/solo/replayBlocks.ts";
import { parseGenesisDoc } from "../src/devnet/genesisFile.ts";
import { homeFiles, readJson } from "../src/devnet/nodeConfig.ts";

const PROGRESS_BLOCKS = 1000;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { home: { type: "string" }, hashes: { type: "boolean" } } });
  if (values.home === undefined) throw new Error("--home is missing: the folder of a stopped node");
  const files = homeFiles(values.home);
  const startMs = performance.now();
  const made: ChainApp[] = [];
  const report = await replayHome({
    dataFolder: files.data,
    storeNames: STORE_NAMES,
    genesis: parseGenesisDoc(readJson(files.genesis)),
    createApp: (stores) => {
      const app = createApp({ stores });
      made.push(app);
      return app;
    },
    progress: (height, appHash) => {
      if (values.hashes === true) console.log(`${height} ${toHex(appHash)}`);
      if (height % PROGRESS_BLOCKS === 0) console.error(`${height} blocks`);
    },
  });
  const broken = made.flatMap((app) => app.brokenInvariants());
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const verdict =
    broken.length > 0 ? `BROKEN: ${broken.join("; ")}` : "sound: every block gives the same app hash and results again";
  console.error(`${report.blocks} blocks, ${report.txs} transactions, ${seconds} s: ${verdict}`);
  console.log(JSON.stringify({ blocks: report.blocks, txs: report.txs, appHash: toHex(report.appHash), broken }));
  return broken.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
