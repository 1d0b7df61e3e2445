// The network of four validators on machines of their own, which are network namespaces of Linux, is cut into halves and
// healed by its cables. Cases: halves of two, either way, make no block, and healed the chain goes on without a fork, with
// what was sent to both; a minority of one whose interface is down stands still while the others go on, and catches up; so
// does one from which every packet is lost. Without root or iproute2 the reason is printed; `partition.test.ts` cuts without.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireHalvesHalt, requireOthersGoOn } from "./halves.ts";
import { NamespaceNetwork, whyNoNamespaces } from "./namespaces.ts";
import { startTestCluster, type TestCluster } from "./testCluster.ts";

const whyNot = whyNoNamespaces();
if (whyNot !== undefined) process.stderr.write(`no network is cut by namespaces: ${whyNot}\n`);

describe.skipIf(whyNot !== undefined)("machines of their own", () => {
  let network: NamespaceNetwork | undefined;
  let cluster: TestCluster | undefined;

  beforeAll(async () => {
    network = new NamespaceNetwork(4);
    cluster = await startTestCluster({ validators: 4, machines: network.machines });
  }, 120_000);

  afterAll(async () => {
    await cluster?.close();
    network?.close();
  }, 60_000);

  const heal = () => network!.heal();

  test("default: every peer is reached over the network alone", async () => {
    for (const node of cluster!.nodes) {
      const addresses = () =>
        node.call("net_info").then((info) =>
          info
            .at("peers")
            .items()
            .map((peer) => peer.at("remote_ip").text())
            .sort(),
        );
      const others = network!.machines
        .map(({ address }) => address)
        .filter((_, index) => cluster!.nodes[index] !== node);
      await expect.poll(addresses, { timeout: 30_000 }).toEqual(others);
    }
  }, 60_000);

  test.each([
    ["the first two and the others", [0, 1], [1, 2]],
    ["the first and third and the others", [0, 2], [4, 5]],
  ] as const)(
    "behavior: halves make no block, and go on without a fork when they are one again (%s)",
    (_, half, senders) => requireHalvesHalt(cluster!, senders, { cut: () => network!.cutOff(new Set(half)), heal }),
    180_000,
  );

  test.each([
    ["its interface is down", () => network!.takeDown(3)],
    ["packets are lost", () => network!.cutOff(new Set([3]))],
  ])(
    "behavior: a minority stands still, the others go on, and it catches up (%s)",
    (_, cut) => requireOthersGoOn(cluster!, { cut, heal }),
    180_000,
  );
});
