// Where CometBFT reaches the application: the addresses that its `proxy_app` takes (cometbft v0.38 libs/net ProtocolAndAddress).

import { AbciError } from "./abciError.ts";

/** A Unix socket by its file, or a TCP port. */
export type AbciAddress =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

/** The system's limit for the path of a Unix socket (sun_path of Linux, with its closing zero). */
const UNIX_PATH_BYTES_MAX = 107;
const PORT_MAX = 65_535;

/** Reads `unix:///path/to.sock` or `tcp://host:port`; IPv6 hosts in brackets. Throws AbciError `usage`. */
export function parseAbciAddress(text: string): AbciAddress {
  const unix = /^unix:\/\/(.+)$/.exec(text)?.[1];
  if (unix !== undefined) {
    if (Buffer.byteLength(unix) > UNIX_PATH_BYTES_MAX) {
      throw new AbciError("usage", `${text}: the path of a socket has at most ${UNIX_PATH_BYTES_MAX} bytes`);
    }
    return { kind: "unix", path: unix };
  }
  const tcp = /^tcp:\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})$/.exec(text);
  const [, host, port] = tcp ?? [];
  if (host === undefined || Number(port) > PORT_MAX) {
    throw new AbciError("usage", `${text}: expected unix:///path or tcp://host:port`);
  }
  return { kind: "tcp", host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

/** The address as `proxy_app` wants it. */
export function formatAbciAddress(address: AbciAddress): string {
  if (address.kind === "unix") return `unix://${address.path}`;
  return `tcp://${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`;
}
