// Servers of a node: how they are started, named, and closed again.

import type { RunningServer } from "../rpc/services/runningServer.ts";
import type { Closers } from "./closers.ts";
import type { ListenConfig } from "./nodeConfig.ts";

/** `127.0.0.1:26657` */
export function hostPort({ address }: RunningServer): string {
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** `http://127.0.0.1:26657`; undefined for a server that is turned off. */
export function urlOf(server: RunningServer | undefined): string | undefined {
  return server === undefined ? undefined : `http://${hostPort(server)}`;
}

/** Starts a server unless it is turned off, and closes it with the rest. */
export async function startServer(
  closers: Closers,
  config: ListenConfig,
  start: (listen: { host: string; port: number }) => Promise<RunningServer>,
): Promise<RunningServer | undefined> {
  if (!config.enabled) return undefined;
  const server = await start({ host: config.host, port: config.port });
  closers.add(() => server.close());
  return server;
}
