// The network of four validators is cut into halves and healed. Each connection between two of them goes through a relay
// of the test, which can be cut, so that connections end, or fall silent, as a network does that loses every packet: no
// privileges are needed for that. Cases, both ways: a half makes no block; healed, the chain goes on without a fork, with
// what was sent to both halves meanwhile. One validator alone is cut off, and catches up.

import { createConnection, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, test } from "vitest";
import { freePorts } from "../../scripts/testnet/cluster.ts";
import { requireHalvesHalt, requireOthersGoOn } from "./halves.ts";
import { editConfig, startTestCluster, type TestCluster } from "./testCluster.ts";

/** A wire between two nodes. */
class Wire {
  readonly ends: readonly [number, number];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** What is on its way while the wire is silent; TCP brings it when the network is there again. */
  #held: (() => void)[] = [];
  #isSilent = false;
  isCut = false;

  constructor(ends: readonly [number, number], toPort: number) {
    this.ends = ends;
    this.#server = createServer((near) => {
      if (this.isCut) {
        near.destroy();
        return;
      }
      const far = createConnection({ host: "127.0.0.1", port: toPort });
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.on("data", (bytes) => this.#carry(() => far.write(bytes)));
      far.on("data", (bytes) => this.#carry(() => near.write(bytes)));
    });
  }

  #carry(write: () => void): void {
    if (this.#isSilent) this.#held.push(write);
    else write();
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  silence(): void {
    this.#isSilent = true;
  }

  heal(): void {
    this.isCut = false;
    this.#isSilent = false;
    for (const write of this.#held.splice(0)) write();
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

let cluster: TestCluster;
const wires: Wire[] = [];

beforeAll(async () => {
  cluster = await startTestCluster({
    validators: 4,
    prepare: async (homes) => {
      const ports = (await freePorts(3)).flatMap(({ p2p, rpc, abci }) => [p2p, rpc, abci]);
      for (const [index, home] of homes.entries()) {
        const peers: string[] = [];
        // Each pair has one wire, which the later one dials; nobody may learn another way.
        for (const [other, { peer, ports: to }] of homes.slice(0, index).entries()) {
          const port = ports.pop()!;
          const wire = new Wire([index, other], to.p2p);
          wires.push(wire);
          await wire.listen(port);
          peers.push(`${peer.split("@")[0]}@127.0.0.1:${port}`);
        }
        editConfig(home.home, {
          p2p: { persistent_peers: peers.join(","), persistent_peers_max_dial_period: "500ms", pex: false },
        });
      }
    },
  });
}, 120_000);

afterAll(async () => {
  await cluster.close();
  for (const wire of wires) await wire.close();
}, 60_000);

/** Cuts every wire between a node of the set and one outside it, or lets it fall silent. */
function cutOff(nodes: ReadonlySet<number>, how: "cut" | "silence" = "cut"): void {
  for (const wire of wires) if (nodes.has(wire.ends[0]) !== nodes.has(wire.ends[1])) wire[how]();
}

function heal(): void {
  for (const wire of wires) wire.heal();
}

test.each([
  ["cut", [1, 2]],
  ["silence", [4, 5]],
] as const)(
  "default: halves make no block, and go on without a fork when they are one again (%s)",
  (how, senders) => requireHalvesHalt(cluster, senders, { cut: () => cutOff(new Set([0, 1]), how), heal }),
  180_000,
);

test("behavior: one that is cut off under load stands still, the others go on, and it catches up", async () => {
  await requireOthersGoOn(cluster, { cut: () => cutOff(new Set([3])), heal });
}, 180_000);
