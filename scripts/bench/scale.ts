// `npm run bench -- scale`: the same load over chains of more and more orders (`--sizes`, 10,000, 100,000 and 1,000,000):
// what it carries, what an operation costs, how long the node takes to start again after it was killed, and how much
// memory it has then: in all, with the garbage that loading has left, and for the state's trees alone. The load is that of
// orders-create, in a closed loop; the other flags are those of load/loadOptions.ts. 10,000,000 orders want a machine with
// more than 24 GiB, and half an hour to be made.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endNode, startNode } from "./load/benchNode.ts";
import { benchLoad } from "./load/loadBench.ts";
import { parseLoadOptions, shownOptions, takeFlag } from "./load/loadOptions.ts";
import { CREATE_LOAD } from "./orders.ts";
import { residentBytes } from "./processUsage.ts";
import { type Measured, mergedErrors, say } from "./report.ts";

const SIZES = "10000,100000,1000000";
const MEGABYTE = 1024 * 1024;
const MILLION = 1_000_000;

async function measureSize(preload: number, args: string[]) {
  say(`${preload} orders`);
  const folder = mkdtempSync(join(tmpdir(), "bench-scale-"));
  const home = join(folder, "home");
  try {
    const options = { ...parseLoadOptions(args, preload), preload, openShare: 0, home };
    const report = await benchLoad(CREATE_LOAD, options);
    const node = await startNode(home);
    const memoryBytes = residentBytes(node.pid);
    const stateBytes = await node.probe.sum("stateset_state_memory_bytes", "store");
    await endNode(node);
    return { preload, options, report, restartSeconds: node.startSeconds, memoryBytes, stateBytes };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

type Size = Awaited<ReturnType<typeof measureSize>>;

/** A row for the eye: throughput also as a share of the smallest size's. */
function rowOf({ preload, report, restartSeconds, memoryBytes, stateBytes }: Size, smallest: Size) {
  const { nodeMain = 0, nodeOthers = 0 } = report.cpuMicrosPerOperation ?? {};
  const orders = preload - smallest.preload;
  const perMillion = (bytes: number) => Math.round((bytes / orders / MEGABYTE) * MILLION);
  return {
    opsPerSecond: report.opsPerSecond,
    ofSmallest: report.opsPerSecond / smallest.report.opsPerSecond,
    cpuMicrosMain: nodeMain,
    cpuMicrosOthers: nodeOthers,
    restartSeconds,
    memoryMegabytes: Math.round(memoryBytes / MEGABYTE),
    peakMegabytes: Math.round((report.peakRssBytes ?? 0) / MEGABYTE),
    stateMegabytes: Math.round(stateBytes / MEGABYTE),
    ...(orders > 0 && {
      memoryMegabytesPerMillion: perMillion(memoryBytes - smallest.memoryBytes),
      stateMegabytesPerMillion: perMillion(stateBytes - smallest.stateBytes),
    }),
    fillSeconds: report.details.preload.fillSeconds,
  };
}

/** Runs the benchmark. The figures above are those of the largest size; those of each are in the details. */
export async function benchScale(args: string[]): Promise<Measured> {
  const { value, rest } = takeFlag(args, "--sizes", SIZES);
  const numbers = value.split(",").map(Number);
  if (!numbers.every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw new Error("--sizes: expected numbers of orders, as in 10000,100000");
  }
  const sizes: Size[] = [];
  for (const size of numbers.sort((a, b) => a - b)) sizes.push(await measureSize(size, rest));
  const [smallest, largest] = [sizes[0]!, sizes.at(-1)!];
  return {
    ...largest.report,
    options: { ...shownOptions(largest.options), sizes: value },
    errors: mergedErrors(sizes.map(({ report }) => report.errors)),
    details: Object.fromEntries(sizes.map((size) => [`orders ${size.preload}`, rowOf(size, smallest)])),
  };
}
