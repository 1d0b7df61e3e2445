// Stands between a relayer and a chain or an attestation service, and breaks the connection in all the ways in which
// networks do, by a schedule that follows from a seed. It changes nothing of what is said: that is for other tests.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What happens to one request. */
export type Fault =
  /** The connection is cut, and the other side hears nothing. */
  | "cut"
  /** The other side does what was asked, and the answer is lost. */
  | "lost"
  /** Half of the answer comes, then the connection is cut. */
  | "truncated"
  /** The other side is asked twice; one answer comes. */
  | "duplicated"
  /** It takes a while. */
  | "delayed"
  /** No answer, and no end. */
  | "silence"
  /** A balancer in between is out of order. */
  | "unavailable";

/** Of a thousand requests, so many have each fault. */
export type FaultRates = Readonly<Record<Fault, number>>;

/** One request in ten: worse than any network that people would go on using. */
export const DEFAULT_RATES: FaultRates = {
  cut: 12,
  lost: 14,
  truncated: 12,
  duplicated: 20,
  delayed: 30,
  silence: 0.5,
  unavailable: 10,
};

const DELAY_MS_MAX = 400;
const THOUSAND = 1000;

/** A proxy that runs. */
export interface FaultProxy {
  readonly url: string;
  /** How often each fault came, and how many requests there were. */
  readonly counts: Readonly<Record<Fault | "requests", number>>;
  /** False lets everything through. */
  isFaulty: boolean;
  close(): Promise<void>;
}

function faultOf(random: () => number, rates: FaultRates): Fault | undefined {
  let left = random() * THOUSAND;
  for (const fault of Object.keys(rates) as readonly Fault[]) {
    left -= rates[fault];
    if (left < 0) return fault;
  }
  return undefined;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

/** Starts a proxy in front of an HTTP server. `random` gives numbers from 0 to 1, the same for the same seed. */
export async function startFaultProxy(
  target: string,
  random: () => number,
  rates: FaultRates = DEFAULT_RATES,
): Promise<FaultProxy> {
  const counts: Record<Fault | "requests", number> = {
    requests: 0,
    cut: 0,
    lost: 0,
    truncated: 0,
    duplicated: 0,
    delayed: 0,
    silence: 0,
    unavailable: 0,
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    counts.requests += 1;
    const fault = proxy.isFaulty ? faultOf(random, rates) : undefined;
    // Drawn in any case, so that the schedule is the same with and without faults.
    const delayMs = random() * DELAY_MS_MAX;
    if (fault !== undefined) counts[fault] += 1;
    const body = await bodyOf(request);
    if (fault === "silence") return;
    if (fault === "cut") return void response.destroy();
    if (fault === "unavailable") return void response.writeHead(502).end("<html>bad gateway</html>");
    if (fault === "delayed") await sleep(delayMs);
    if (fault === "duplicated") await forward(target, request, body);
    const answer = await forward(target, request, body);
    if (fault === "lost") return void response.destroy();
    response.writeHead(answer.status, { "content-type": answer.type, "content-length": answer.body.length });
    if (fault !== "truncated") return void response.end(answer.body);
    response.write(answer.body.subarray(0, answer.body.length / 2), () => response.destroy());
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${port}`,
    counts,
    isFaulty: true,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function forward(target: string, { method = "GET", url = "/" }: IncomingMessage, body: Buffer): Promise<Answer> {
  const isPost = method === "POST";
  const answered = await fetch(`${target}${url}`, {
    method,
    ...(isPost && body.length > 0 ? { headers: { "content-type": "application/json" }, body } : {}),
  });
  return {
    status: answered.status,
    type: answered.headers.get("content-type") ?? "application/json",
    body: Buffer.from(await answered.arrayBuffer()),
  };
}
