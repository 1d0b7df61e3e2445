// The socket protocol against an application that says what it was asked. Cases: answers in the order of the requests, those
// that may overlap and those that may not; flush and echo; both kinds of address; a socket file that a dead process left,
// and one of a living process; what is no request, unknown, too long, cut off; an application that throws; a client that
// does not read; as many connections as there may be.

import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  Request,
  ResponseCheckTx,
  ResponseCommit,
  ResponseFinalizeBlock,
  ResponseInfo,
  ResponseQuery,
} from "../../../gen/tendermint/abci/types.ts";
import { concatBytes, utf8 } from "../../codec/bytes.ts";
import type { AbciCalls } from "./abciCalls.ts";
import { ABCI_CONNECTIONS_MAX, type AbciServer, startAbciServer } from "./abciServer.ts";
import { frameLength } from "./frames.ts";
import { AbciClient, framedRequest } from "./testing/abciClient.ts";

let folder: string;
let server: AbciServer | undefined;
const clients: AbciClient[] = [];
let failures: string[];
/** What the application did, in its order. */
let log: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "abci-"));
  failures = [];
  log = [];
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true });
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Answers after as many milliseconds as the transaction's first byte says. */
const app: Pick<AbciCalls, "checkTx" | "query" | "finalizeBlock" | "commit" | "info"> = {
  async checkTx({ tx }) {
    log.push(`check ${tx[0]}`);
    await pause(tx[0] ?? 0);
    log.push(`checked ${tx[0]}`);
    return ResponseCheckTx.fromPartial({ code: tx[0] ?? 0 });
  },
  async query() {
    return ResponseQuery.fromPartial({ value: new Uint8Array(1 << 20) });
  },
  async finalizeBlock({ height }) {
    log.push(`finalize ${height}`);
    await pause(20);
    log.push(`finalized ${height}`);
    if (height === 13n) throw new Error("block 13 is bad luck");
    return ResponseFinalizeBlock.fromPartial({});
  },
  async commit() {
    log.push("commit");
    return ResponseCommit.fromPartial({ retainHeight: 7n });
  },
  async info() {
    return ResponseInfo.fromPartial({ data: "test" });
  },
};

async function serve(frameBytesMax?: number): Promise<AbciServer> {
  server = await startAbciServer(app as AbciCalls, {
    address: { kind: "unix", path: join(folder, "abci.sock") },
    onFailure: (error) => failures.push(error.message),
    ...(frameBytesMax === undefined ? {} : { frameBytesMax }),
  });
  return server;
}

async function connect(): Promise<AbciClient> {
  const client = await AbciClient.connect((server ?? (await serve())).address);
  clients.push(client);
  return client;
}

const check = (ms: number): Request => ({ checkTx: { tx: Uint8Array.of(ms), type: 0 } });
const finalize = (height: bigint): Request => Request.fromPartial({ finalizeBlock: { height } });

describe("order", () => {
  test("default: checks overlap, and are answered in the order in which they came", async () => {
    const client = await connect();
    const answers = await client.send(check(30), check(10), check(1), { flush: {} });
    expect(answers.map(({ checkTx, flush }) => checkTx?.code ?? flush)).toEqual([30, 10, 1, {}]);
    expect(log).toEqual(["check 30", "check 10", "check 1", "checked 1", "checked 10", "checked 30"]);
  });

  test("behavior: a block waits for what is in front of it, and what is behind it waits for the block", async () => {
    const client = await connect();
    await client.send(check(20), finalize(1n), { commit: {} }, check(0));
    expect(log).toEqual(["check 20", "checked 20", "finalize 1", "finalized 1", "commit", "check 0", "checked 0"]);
  });

  test("behavior: connections do not wait for each other", async () => {
    const [one, two] = [await connect(), await connect()];
    const slow = one.send(check(100));
    await two.ask({ info: Request.fromPartial({ info: {} }).info });
    expect(log).toEqual(["check 100"]);
    await slow;
  });

  test("behavior: echo and flush", async () => {
    const client = await connect();
    expect(await client.send({ echo: { message: "hello" } }, { flush: {} })).toMatchObject([
      { echo: { message: "hello" } },
      { flush: {} },
    ]);
  });
});

describe("addresses", () => {
  test("behavior: a port that the system picks", async () => {
    const tcp = await startAbciServer(app as AbciCalls, { address: { kind: "tcp", host: "127.0.0.1", port: 0 } });
    const client = await AbciClient.connect(tcp.address);
    expect((await client.ask({ echo: { message: "x" } })).echo?.message).toBe("x");
    await client.close();
    await tcp.close();
  });

  test("behavior: the socket file that a killed process left is taken over, for its own user only", async () => {
    await writeFile(join(folder, "abci.sock"), "");
    await connect();
    expect((await stat(join(folder, "abci.sock"))).mode & 0o777).toBe(0o600);
  });

  test("error: another process listens there", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(join(folder, "abci.sock"), resolve));
    await expect(serve()).rejects.toThrow("another process listens there");
    await new Promise((resolve) => other.close(resolve));
  });
});

describe("hostile and broken peers", () => {
  test.each<[string, readonly Uint8Array[], string]>([
    ["a request that is empty", [Uint8Array.of(0)], "unknown request from client"],
    ["a request of the future", [Uint8Array.of(3, 0xa2, 0x06, 0)], "unknown request from client"],
    ["bytes that are no protobuf", [Uint8Array.of(4, 0xff, 0xff, 0xff, 0xff)], "a message that is no request"],
    ["a length that is too large", [frameLength(2000)], "a message of 2000 bytes; at most 1000 are read"],
    ["a length without an end", [new Uint8Array(9).fill(0xff)], "has more than 5 bytes"],
    ["HTTP", [utf8("GET / HTTP/1.1\r\n\r\n")], "unknown request from client"],
    ["an application that throws", [framedRequest(finalize(13n))], "block 13 is bad luck"],
  ])("error: %s", async (_, pieces, text) => {
    await serve(1000);
    const client = await connect();
    const [answer] = await client.sendBytes(1, ...pieces, new Uint8Array(80));
    expect(answer?.exception?.error).toContain(text);
    await client.closed;
    await expect.poll(() => failures.length).toBe(1);
    expect(failures[0]).toContain(text);
    // The next one is served as if nothing had been.
    expect((await (await connect()).ask({ echo: { message: "still here" } })).echo?.message).toBe("still here");
  });

  test("error: a connection that ends within a message", async () => {
    const client = await connect();
    client.socket.end(framedRequest({ echo: { message: "cut off" } }).subarray(0, 5));
    await expect.poll(() => failures).toEqual(["the connection ended within a message"]);
  });

  test("behavior: what came before a bad message is answered first", async () => {
    const client = await connect();
    const answers = await client.sendBytes(
      2,
      concatBytes(framedRequest({ echo: { message: "first" } }), Uint8Array.of(0)),
    );
    expect(answers).toMatchObject([
      { echo: { message: "first" } },
      { exception: { error: "unknown request from client" } },
    ]);
  });

  test("behavior: a client that does not read its answers is not read from, and costs nobody anything", async () => {
    const client = await connect();
    client.socket.pause();
    const query = framedRequest(Request.fromPartial({ query: { path: "/x" } }));
    for (let sent = 0; sent < 500; sent += 1) client.socket.write(query);
    expect((await (await connect()).ask({ echo: { message: "quick" } })).echo?.message).toBe("quick");
  });

  test("behavior: one connection more than there may be is closed", async () => {
    for (let count = 0; count < ABCI_CONNECTIONS_MAX; count += 1) await connect();
    const extra = await connect();
    await extra.closed;
    expect((await clients[0]!.ask({ echo: { message: "x" } })).echo?.message).toBe("x");
  });
});
