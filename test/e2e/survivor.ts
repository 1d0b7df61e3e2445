// A chain that is to outlive what a test does to it: what must be true before and after, and bare sockets to do it with.

import { connect, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { coins, type SigningStargateClient } from "@cosmjs/stargate";
import { expect } from "vitest";
import {
  addressOf,
  directWallet,
  freshAddress,
  signingClient,
  startTestChain,
  type TestChain,
  type TestChainOptions,
} from "./testChain.ts";

/** Heap and buffers that may be held after everything is over, beyond what was held at the start, in bytes. */
const GROWTH_BYTES_MAX = 96 * 1024 * 1024;
const FEE = { amount: coins(2500, "uusdc"), gas: "100000" };

setFlagsFromString("--expose-gc");
/** Collects all garbage, so that what is left is held by somebody. */
const collectGarbage = runInNewContext("gc") as () => void;

/** A chain and what has been sent on it. */
export interface Survivor extends TestChain {
  readonly client: SigningStargateClient;
  readonly sender: string;
  /** Sends, and checks that it was committed, that heights went on and that nothing sent before is lost. */
  expectAlive(): Promise<void>;
  /** Checks that no more memory is held than at the start, give or take. */
  expectNoGrowth(): void;
}

/** Starts a chain and its first send. */
export async function startSurvivor(options: TestChainOptions = {}): Promise<Survivor> {
  const chain = await startTestChain(options);
  const wallet = await directWallet(chain, 1);
  const sender = await addressOf(wallet);
  const recipient = await freshAddress();
  const client = await signingClient(chain, wallet);
  const sent: string[] = [];
  const expectAlive = async () => {
    const before = await client.getHeight();
    const { code, height, transactionHash } = await client.sendTokens(sender, recipient, coins(7, "uusdc"), FEE);
    expect({ code, isLater: height > before }).toEqual({ code: 0, isLater: true });
    sent.push(transactionHash);
    for (const hash of sent) expect(await client.getTx(hash)).toMatchObject({ code: 0 });
    expect((await client.getBalance(recipient, "uusdc")).amount).toBe(String(7 * sent.length));
  };
  await expectAlive();
  const startBytes = heldBytes();
  return {
    ...chain,
    client,
    sender,
    expectAlive,
    expectNoGrowth: () => expect(heldBytes() - startBytes).toBeLessThan(GROWTH_BYTES_MAX),
    async close() {
      client.disconnect();
      await chain.close();
    },
  };
}

function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A bare connection, with all that came back once it is closed. */
export interface BareConnection {
  readonly socket: Socket;
  /** In Latin-1, a character for each byte. */
  readonly answer: Promise<string>;
}

/** Connects to the host and port of a URL or of `host:port`. */
export function connectTo(address: string): BareConnection {
  const { hostname, port } = new URL(address.includes("://") ? address : `tcp://${address}`);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.on("data", (data) => {
    text += data.toString("latin1");
  });
  // A reset is an end, too.
  socket.on("error", () => socket.destroy());
  const answer = new Promise<string>((resolve) => socket.on("close", () => resolve(text)));
  return { socket, answer };
}

/** Writes bytes and gives all that comes back until the server hangs up. */
export async function speak(address: string, bytes: string | Uint8Array): Promise<string> {
  const { socket, answer } = connectTo(address);
  socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  return answer;
}

/** Writes bytes and breaks off without waiting. */
export async function breakOff(address: string, bytes: string | Uint8Array): Promise<void> {
  const { socket, answer } = connectTo(address);
  await new Promise((resolve) => socket.once("connect", resolve));
  await new Promise((resolve) =>
    socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes, resolve),
  );
  socket.resetAndDestroy();
  await answer;
}
