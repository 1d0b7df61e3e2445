// What must hold whenever a network of four is cut, however that is done.

import { expect } from "vitest";
import { broadcast, Load, requireSameChain, sequenceOf, type TestCluster, transfer } from "./testCluster.ts";

/** A halted chain makes no block in this time, in which it would make many. */
const HALT_MS = 3_000;

/** How a network is cut and healed. */
export interface Cut {
  cut(): void;
  heal(): void;
}

const heights = ({ nodes }: TestCluster) => Promise.all(nodes.map(async (node) => (await node.status()).height));

/**
 * Two halves make no block, and go on without a fork when they are one again, with what was sent to both meanwhile.
 * `senders` are accounts of which one tells its transfer to the first node, in one half, the other to the last, in the
 * other.
 */
export async function requireHalvesHalt(
  cluster: TestCluster,
  senders: readonly [number, number],
  { cut, heal }: Cut,
): Promise<void> {
  const [north, south] = [cluster.nodes[0]!, cluster.nodes[3]!];
  await Promise.all(cluster.nodes.map((node) => node.reaches(5)));
  cut();
  // What was decided already may still be executed.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const halted = await heights(cluster);
  expect(await broadcast(north, transfer(cluster, senders[0], 0))).toBe(0);
  expect(await broadcast(south, transfer(cluster, senders[1], 0))).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, HALT_MS));
  expect(await heights(cluster)).toEqual(halted);
  heal();
  const last = Math.max(...halted);
  await Promise.all(cluster.nodes.map((node) => node.reaches(last + 5, 90_000)));
  await requireSameChain(cluster.nodes, last + 5);
  const sequences = () => Promise.all(senders.map((account) => sequenceOf(north, cluster.accounts[account]!.address)));
  await expect.poll(sequences, { timeout: 60_000 }).toEqual([1, 1]);
}

/** The last node, cut off under load, stands still; the others go on; healed, it catches up without a fork. */
export async function requireOthersGoOn(cluster: TestCluster, { cut, heal }: Cut): Promise<void> {
  const load = new Load(cluster, 3);
  try {
    cut();
    const from = (await cluster.nodes[0]!.status()).height;
    await Promise.all(cluster.nodes.slice(0, 3).map((node) => node.reaches(from + 10, 60_000)));
    expect((await cluster.nodes[3]!.status()).height).toBeLessThan(from + 5);
    heal();
    const to = (await cluster.nodes[0]!.status()).height;
    await Promise.all(cluster.nodes.map((node) => node.reaches(to + 5, 90_000)));
    await requireSameChain(cluster.nodes, to + 5, from);
  } finally {
    await load.stop();
  }
}
