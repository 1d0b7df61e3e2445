// A network of machines inside this one, made of network namespaces of Linux: each machine has its own interfaces and
// routes, and a cable to a switch. Two switches stand there; pulling the cables of some machines over to the other one cuts
// the network into halves between which every packet is lost, and no program is told. Needs root and iproute2.
//
// A second cable leads from each machine to this one, so that it can be asked meanwhile; no packet of the network takes it.

import { execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";
import type { NodePlace } from "../../scripts/testnet/cluster.ts";

/** One machine. */
export interface Machine extends NodePlace {
  /** Its address in the network. */
  readonly address: string;
}

/** Why there can be no namespaces here; undefined when there can. */
export function whyNoNamespaces(): string | undefined {
  if (process.platform !== "linux") return "network namespaces are Linux's";
  if (process.getuid?.() !== 0) return "network namespaces need root";
  try {
    const name = newName();
    ip("netns", "add", name);
    ip("netns", "del", name);
    return undefined;
  } catch (error) {
    return `network namespaces cannot be made (is iproute2 there?): ${error instanceof Error ? error.message : error}`;
  }
}

function ip(...args: readonly string[]): string {
  return execFileSync("ip", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Of a namespace: nobody else's. */
function newName(): string {
  return `cluster-${process.pid}-${randomInt(2 ** 32).toString(36)}`;
}

/** Which of the two switches a machine's cable is in. */
type Switch = "near" | "far";

/** Machines, and the two switches. */
export class NamespaceNetwork {
  readonly machines: readonly Machine[];
  readonly #switches = newName();
  /** Interfaces of this machine have names of at most 15 characters. */
  readonly #cable = `cl${randomInt(2 ** 32).toString(36)}`;
  readonly #names: readonly string[];

  /** Makes the network. Throws what `ip` says when it cannot, and leaves nothing then. */
  constructor(machines: number) {
    this.#names = Array.from({ length: machines }, newName);
    const prefix = freePrefix();
    this.machines = this.#names.map((name, index) => ({
      address: `10.0.0.${index + 1}`,
      host: `${prefix}.${2 * index + 1}`,
      command: ["ip", "netns", "exec", name],
    }));
    try {
      this.#makeSwitches();
      for (const [index, name] of this.#names.entries()) {
        this.#makeMachine(name, index);
        this.#connectHere(name, { index, prefix });
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #makeSwitches(): void {
    ip("netns", "add", this.#switches);
    for (const name of ["near", "far"] satisfies Switch[]) {
      ip("-n", this.#switches, "link", "add", name, "type", "bridge");
      ip("-n", this.#switches, "link", "set", name, "up");
    }
  }

  #makeMachine(name: string, index: number): void {
    ip("netns", "add", name);
    ip("-n", name, "link", "set", "lo", "up");
    const port = `port${index}`;
    ip("-n", name, "link", "add", "net", "type", "veth", "peer", "name", port, "netns", this.#switches);
    ip("-n", name, "addr", "add", `${this.machines[index]!.address}/24`, "dev", "net");
    ip("-n", name, "link", "set", "net", "up");
    this.#plug(index, "near");
    ip("-n", this.#switches, "link", "set", port, "up");
  }

  /** Each cable to this machine is a network of two addresses. */
  #connectHere(name: string, { index, prefix }: { readonly index: number; readonly prefix: string }): void {
    const here = `${this.#cable}${index}`;
    ip("-n", name, "link", "add", "here", "type", "veth", "peer", "name", here, "netns", String(process.pid));
    ip("-n", name, "addr", "add", `${this.machines[index]!.host}/31`, "dev", "here");
    ip("-n", name, "link", "set", "here", "up");
    ip("addr", "add", `${prefix}.${2 * index}/31`, "dev", here);
    ip("link", "set", here, "up");
  }

  #plug(index: number, into: Switch): void {
    ip("-n", this.#switches, "link", "set", `port${index}`, "master", into);
  }

  /** Cuts some machines off from the others; among themselves they stay connected. */
  cutOff(machines: ReadonlySet<number>): void {
    for (const index of machines) this.#plug(index, "far");
  }

  /** Takes the interface of a machine down, which it notices. */
  takeDown(index: number): void {
    ip("-n", this.#names[index]!, "link", "set", "net", "down");
  }

  /** All are connected again. */
  heal(): void {
    for (const [index, name] of this.#names.entries()) {
      this.#plug(index, "near");
      ip("-n", name, "link", "set", "net", "up");
    }
  }

  /** Removes everything. What still runs in a machine keeps its namespace until it ends. */
  close(): void {
    const there = new Set(
      ip("netns", "list")
        .split("\n")
        .map((line) => line.split(" ", 1)[0]!),
    );
    for (const name of [...this.#names, this.#switches]) if (there.has(name)) ip("netns", "del", name);
  }
}

/** Three numbers of an address that no interface of this machine has, in the range for tests of networks (RFC 2544). */
function freePrefix(): string {
  const taken = ip("-o", "-4", "addr");
  for (;;) {
    const prefix = `198.${randomInt(18, 20)}.${randomInt(256)}`;
    if (!taken.includes(` ${prefix}.`)) return prefix;
  }
}
