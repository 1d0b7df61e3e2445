// Listens for CometBFT.

import { chmod, unlink } from "node:fs/promises";
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from "node:net";
import { type AbciAddress, formatAbciAddress } from "./abciAddress.ts";
import type { AbciCalls } from "./abciCalls.ts";
import { AbciConnection } from "./abciConnection.ts";
import { AbciError } from "./abciError.ts";

/** Connections at one time: CometBFT has four, and while it restarts the old ones may still be there. */
export const ABCI_CONNECTIONS_MAX = 16;

/** How the server listens. */
export interface AbciServerOptions {
  readonly address: AbciAddress;
  readonly frameBytesMax?: number;
  /** Told of connections that ended otherwise than by the other side closing them. */
  readonly onFailure?: (error: Error) => void;
}

/** A server that listens. */
export interface AbciServer {
  /** Where it listens, with the port that the system picked when it was 0. */
  readonly address: AbciAddress;
  /** Stops listening and closes the connections. Requests that are being worked on are not answered. */
  close(): Promise<void>;
}

/** Serves an application. Rejects with AbciError `usage` when the address is taken. */
export async function startAbciServer(calls: AbciCalls, options: AbciServerOptions): Promise<AbciServer> {
  const sockets = new Set<Socket>();
  let isClosing = false;
  // A connection that this side closes is no failure.
  const report = (error: Error) => {
    if (!isClosing) options.onFailure?.(error);
  };
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    new AbciConnection(socket, calls, options.frameBytesMax).serve().catch(report);
  });
  server.maxConnections = ABCI_CONNECTIONS_MAX;
  const { address } = options;
  if (address.kind === "unix") await removeStaleSocket(address.path);
  await listen(server, address);
  return {
    address: address.kind === "unix" ? address : { ...address, port: (server.address() as AddressInfo).port },
    close: () =>
      new Promise((resolve) => {
        isClosing = true;
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A process that was killed leaves its socket file behind. One that a living process listens on stays. */
async function removeStaleSocket(path: string): Promise<void> {
  const isAlive = await new Promise<boolean>((resolve) => {
    const probe = createConnection({ path });
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
  if (isAlive) throw new AbciError("usage", `unix://${path}: another process listens there`);
  await unlink(path).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  });
}

async function listen(server: Server, address: AbciAddress): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error) => {
      const where = formatAbciAddress(address);
      reject(new AbciError("usage", `cannot listen on ${where}: ${cause.message}`, { cause }));
    };
    server.once("error", fail);
    const done = () => {
      server.off("error", fail);
      resolve();
    };
    if (address.kind === "unix") server.listen({ path: address.path }, done);
    else server.listen({ host: address.host, port: address.port }, done);
  });
  // Whoever connects can drive the application: only its own user may.
  if (address.kind === "unix") await chmod(address.path, 0o600);
}
