// Four validators, real CometBFT and real applications, under load. Cases, in this order on one chain: one validator
// killed (SIGKILL) and started again catches up; its application killed alone, and its CometBFT alone; two killed halt the
// chain without a fork, and it goes on when they are back; a node joins from a snapshot. `KILLS=20` for the long run.

import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ClusterNode, freePorts, until } from "../../scripts/testnet/cluster.ts";
import { writeFollower } from "../../src/devnet/testnet.ts";
import { Load, requireSameChain, startTestCluster, type TestCluster } from "./testCluster.ts";

const KILLS = Number(process.env["KILLS"] ?? 1);
const SNAPSHOT_INTERVAL = 20;
/** A halted chain makes no block in this time, in which it would make many. */
const HALT_MS = 3_000;

let cluster: TestCluster;
let load: Load;
/** The first three go on in every test; the fourth is the one that suffers. */
let victim: ClusterNode;

beforeAll(async () => {
  cluster = await startTestCluster({ validators: 4, snapshotInterval: SNAPSHOT_INTERVAL });
  victim = cluster.nodes[3]!;
  load = new Load(cluster);
}, 120_000);

afterAll(async () => {
  await load.stop();
  await cluster.close();
}, 60_000);

const heightOf = async (node: ClusterNode) => (await node.status()).height;

/** Waits until a node is where the others are, and further. */
async function catchesUp(node: ClusterNode): Promise<void> {
  await node.reaches((await heightOf(cluster.nodes[0]!)) + 2, 90_000);
}

test("default: a validator that was killed catches up", async () => {
  const before = await heightOf(victim);
  await victim.stop("SIGKILL");
  await cluster.nodes[0]!.reaches(before + 5);
  await victim.start();
  await catchesUp(victim);
}, 120_000);

test(
  "behavior: so does one whose application was killed alone, and one whose CometBFT was",
  async () => {
    for (let round = 0; round < KILLS; round += 1) {
      await victim.killApp();
      await victim.start();
      await catchesUp(victim);
      await victim.killComet();
      expect(victim.isAppRunning).toBe(true);
      await victim.start();
      await catchesUp(victim);
    }
  },
  120_000 * KILLS,
);

test("behavior: without two of four the chain halts, and goes on without a fork when they are back", async () => {
  const [one, two, three] = cluster.nodes as [ClusterNode, ClusterNode, ClusterNode];
  await Promise.all([victim.stop("SIGKILL"), three.stop("SIGKILL")]);
  // What was decided already may still be executed.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const halted = await heightOf(one);
  await new Promise((resolve) => setTimeout(resolve, HALT_MS));
  expect(await heightOf(one)).toBe(halted);
  expect(await heightOf(two)).toBe(halted);
  await Promise.all([three.start(), victim.start()]);
  await Promise.all(cluster.nodes.map((node) => node.reaches(halted + 5, 60_000)));
  await requireSameChain(cluster.nodes, halted + 5, Math.max(1, halted - 60));
}, 120_000);

test("behavior: a node joins from a snapshot, executes on, and has the same app hash", async () => {
  const [one, two] = cluster.nodes as [ClusterNode, ClusterNode];
  const trustHeight = (await heightOf(one)) - 2;
  const { blockHash: trustHash } = await one.headerOf(trustHeight);
  const [ports] = await freePorts(1);
  const home = writeFollower(
    { home: join(cluster.folder, "follower"), moniker: "follower", host: "127.0.0.1", ports: ports! },
    {
      genesis: cluster.genesis,
      peers: cluster.nodes.map(({ peer }) => peer),
      stateSync: { rpcServers: [one.rpcUrl, two.rpcUrl], trustHeight, trustHash },
    },
  );
  const follower = new ClusterNode(home);
  try {
    await follower.start();
    await until("the follower to be there", async () => !(await follower.status()).isSyncing, 60_000);
    const earliest = (await follower.call("status")).at("sync_info").at("earliest_block_height").number();
    expect(earliest).toBeGreaterThan(SNAPSHOT_INTERVAL / 2);
    const height = (await heightOf(one)) + 3;
    await Promise.all([follower.reaches(height), one.reaches(height)]);
    await requireSameChain([follower, one], height, height - 2);
    // A restart finds the state that came from the others.
    await follower.stop("SIGKILL");
    await follower.start();
    await follower.reaches(height + 3);
  } finally {
    await follower.stop();
  }
}, 120_000);
