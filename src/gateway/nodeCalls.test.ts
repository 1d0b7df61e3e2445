// Cases, against a server that answers as a test says: calls; queries of one turn as batches of ten; errors of one call and of
// a whole batch; no answer; a connection that is closed when it is used again; blocks that are read once, but not for long.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { nodeCaller, nodeCalls, RefusedError, SourceError } from "./nodeCalls.ts";

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
}

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that answers bodies; what it gives is sent as JSON, text as it is. */
async function serve(answer: (body: Request | readonly Request[]) => unknown): Promise<string> {
  const listening = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      const given = answer(JSON.parse(text));
      response.end(typeof given === "string" ? given : JSON.stringify(given));
    });
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

const echo = ({ id, method, params }: Request) => ({ id, result: { method, ...params } });

test("default: a call, and queries of one turn together, answered in any order", async () => {
  const bodies: (Request | readonly Request[])[] = [];
  const url = await serve((body) => {
    bodies.push(body);
    return "id" in body ? echo(body) : body.map(echo).reverse();
  });
  const call = nodeCaller(url);
  expect(await call("status", { a: "1" })).toEqual({ method: "status", a: "1" });
  const answers = await Promise.all(Array.from({ length: 21 }, (_, index) => call("abci_query", { path: `${index}` })));
  expect(answers).toEqual(Array.from({ length: 21 }, (_, index) => ({ method: "abci_query", path: `${index}` })));
  expect(bodies.map((body) => ("id" in body ? 1 : body.length)).sort()).toEqual([1, 1, 10, 10]);
});

test("error: of one query of a batch, and of a batch as a whole", async () => {
  const refusal = { error: { message: "no", data: "such height" } };
  const url = await serve((body) =>
    "id" in body
      ? { id: null, ...refusal }
      : body.map((one, index) => (index === 0 ? { id: one.id, ...refusal } : echo(one))),
  );
  const call = nodeCaller(url);
  const [one, two] = await Promise.allSettled([call("abci_query", {}), call("abci_query", {})]);
  expect(one).toMatchObject({ status: "rejected", reason: expect.any(RefusedError) });
  expect(two).toMatchObject({ status: "fulfilled" });
  await expect(call("status", {})).rejects.toThrow("status: no such height");
  const whole = nodeCaller(await serve(() => ({ id: -1, ...refusal })));
  const both = await Promise.allSettled([whole("abci_query", {}), whole("abci_query", {})]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});

test.each([
  ["no JSON", () => "<html>"],
  ["neither result nor error", () => ({ id: 1 })],
  ["null", () => "null"],
])("error: %s", async (_, answer) => {
  const failure = await nodeCaller(await serve(answer))("status", {}).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SourceError);
  expect(failure).not.toBeInstanceOf(RefusedError);
});

test("error: nobody listens", async () => {
  const url = await serve(() => ({}));
  server?.close();
  await expect(nodeCaller(url)("status", {})).rejects.toThrow(/does not answer/);
});

test("behavior: a connection that the node closed meanwhile is replaced", async () => {
  const url = await serve((body) => echo(body as Request));
  const call = nodeCaller(url);
  await call("status", {});
  server?.closeAllConnections();
  expect(await call("status", {})).toEqual({ method: "status" });
});

test("behavior: a block is read once for all who ask, and again later", async () => {
  let reads = 0;
  const url = await serve((body) => {
    reads += 1;
    return echo(body as Request);
  });
  const { rawBlock } = nodeCalls(url);
  const blocks = await Promise.all([rawBlock(7), rawBlock(7), rawBlock(7)]);
  expect(blocks[2]).toEqual({
    block: { method: "block", height: "7" },
    results: { method: "block_results", height: "7" },
  });
  expect(reads).toBe(2);
  await rawBlock(7);
  expect(reads).toBe(2);
  await expect.poll(() => rawBlock(7).then(() => reads), { interval: 100, timeout: 10_000 }).toBe(4);
});
