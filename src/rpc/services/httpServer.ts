// How the HTTP servers of this folder listen and close: on loopback, with limits on time and connections.

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A client has this long to send its headers, and its whole request, in milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** Connections at one time; more are not accepted until some close. */
const CONNECTIONS_MAX = 2_000;

/** How long open requests may take to end when the server closes, in milliseconds. */
const CLOSE_GRACE_MS = 2_000;

/** Sets the limits and listens. Resolves with the address; rejects when it is not free. */
export function listenHttp(
  server: Server,
  wanted: { readonly host: string; readonly port: number },
): Promise<{ host: string; port: number }> {
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.maxConnections = CONNECTIONS_MAX;
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => reject(new Error(`cannot listen on ${wanted.host}:${wanted.port}`, { cause }));
    server.once("error", fail);
    server.listen(wanted.port, wanted.host, () => {
      server.off("error", fail);
      // A server that listens on a port has an address of this form.
      resolve({ host: wanted.host, port: (server.address() as AddressInfo).port });
    });
  });
}

/** Stops listening, lets open requests end, and cuts those that take too long; `cutOthers` those that node:http has not. */
export function closeHttpServer(server: Server, cutOthers?: () => void): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => {
      server.closeAllConnections();
      cutOthers?.();
    }, CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
