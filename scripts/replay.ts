// Replays the blocks of a stopped node in this process and compares every app hash and results hash:
// `npx tsx scripts/replay.ts --home ~/.stateset`. Exit code 1 when a block comes out differently.

import { parseArgs } from "node:util";
import { createApp, STORE_NAMES } from "../app/app.ts";
import { toHex } from "../src/codec/bytes.ts";
import { replayHome } from "../src/consensus/solo/replayBlocks.ts";
import { parseGenesisDoc } from "../src/devnet/genesisFile.ts";
import { homeFiles, readJson } from "../src/devnet/nodeConfig.ts";

const { values } = parseArgs({ options: { home: { type: "string" } } });
if (values.home === undefined) throw new Error("--home: which node's blocks?");
const files = homeFiles(values.home);
let app = undefined as ReturnType<typeof createApp> | undefined;
const report = await replayHome({
  dataFolder: files.data,
  storeNames: STORE_NAMES,
  genesis: parseGenesisDoc(readJson(files.genesis)),
  createApp: (stores) => {
    app = createApp({ stores });
    return app;
  },
  progress: (height) => process.stderr.write(height % 1000 === 0 ? `${height} blocks\n` : ""),
});
const broken = app?.brokenInvariants() ?? [];
console.log(
  JSON.stringify({ blocks: report.blocks, txs: report.txs, appHash: toHex(report.appHash), broken: [...broken] }),
);
if (broken.length > 0) process.exitCode = 1;
