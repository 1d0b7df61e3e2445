// Stands between a CometBFT and its application and changes what the application answers: a validator that lies.

import { createConnection, createServer, type Server, type Socket } from "node:net";
import { Request, Response } from "../../gen/tendermint/abci/types.ts";
import { FrameReader, frameLength } from "../../src/consensus/abci/frames.ts";

/** Changes an answer, knowing the request; or gives it back as it is. What takes its time holds up what is behind it. */
export type Tamper = (request: Request, response: Response) => Response | Promise<Response>;

/** A proxy that runs. */
export interface AbciProxy {
  close(): Promise<void>;
}

/** Listens on one port of loopback and hands on to another. */
export async function startAbciProxy(ports: { from: number; to: number }, tamper: Tamper): Promise<AbciProxy> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const app = createConnection({ host: "127.0.0.1", port: ports.to });
    for (const socket of [client, app]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        app.destroy();
      });
    }
    const asked: Request[] = [];
    const [requests, responses] = [new FrameReader(), new FrameReader()];
    let answered = Promise.resolve();
    const answer = async (request: Request, response: Response) => {
      const bytes = Response.encode(await tamper(request, response)).finish();
      client.write(Buffer.concat([frameLength(bytes.length), bytes]));
    };
    client.on("data", (chunk) => {
      for (const frame of requests.push(chunk)) asked.push(Request.decode(frame));
      app.write(chunk);
    });
    app.on("data", (chunk) => {
      for (const frame of responses.push(chunk)) {
        const request = asked.shift();
        if (request === undefined) throw new Error("an answer without a request");
        answered = answered.then(() => answer(request, Response.decode(frame)));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(ports.from, "127.0.0.1", resolve));
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
