// A shop's server for tests: takes webhooks, and answers as it is told.

import { Buffer } from "node:buffer";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ApiEvent } from "../../events/apiEvent.ts";

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: ApiEvent;
}

/** Answers a request. True when the webhook was taken. */
export type Answer = (response: ServerResponse, received: Received) => boolean;

export const taken: Answer = (response) => {
  response.writeHead(200).end("thanks");
  return true;
};

/** An answer by which nothing is taken. */
export function refused(send: (response: ServerResponse) => unknown): Answer {
  return (response) => {
    send(response);
    return false;
  };
}

export interface Receiver {
  readonly url: string;
  /** What was taken, in order. */
  readonly taken: Received[];
  readonly refused: Received[];
  answer: Answer;
  /** Waits until so many were taken, or so many refused. */
  until(isDone: () => boolean, timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

export async function startReceiver(answer: Answer = taken): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const received = { path: request.url ?? "", headers: request.headers, body, event: JSON.parse(body) as ApiEvent };
      (receiver.answer(response, received) ? receiver.taken : receiver.refused).push(received);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    taken: [],
    refused: [],
    answer,
    async until(isDone, timeoutMs = 30_000) {
      const endMs = Date.now() + timeoutMs;
      while (!isDone()) {
        if (Date.now() > endMs) throw new Error(`${receiver.taken.length} taken, ${receiver.refused.length} refused`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
