// The gateway's metrics on a port of their own, which the public need not reach.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Registry } from "prom-client";
import type { ListenAddress } from "./gatewayConfig.ts";

/** A metrics server that runs. */
export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

function listen(server: Server, { host, port }: ListenAddress): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // A server that listens on TCP has an address of this kind.
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}

/** Serves `GET /metrics`. Rejects when the port is taken. */
export async function startMetricsServer(registry: Registry, address: ListenAddress): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  const { address: host, port } = await listen(server, address);
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
