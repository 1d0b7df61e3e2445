// The page at `/`: every method with a link, as CometBFT shows it (v0.38 rpc/jsonrpc/server/http_json_handler.go).

import type { Method } from "./method.ts";

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? "");
}

function linkOf(host: string, name: string, { params }: Method): string {
  const names = Object.keys(params);
  const query = names.length === 0 ? "" : `?${names.map((param) => `${param}=_`).join("&")}`;
  const link = escapeHtml(`//${host}/${name}${query}`);
  return `<a href="${link}">${link}</a><br>`;
}

/** The page for a client that called the server by this host. */
export function endpointsPage(host: string, methods: ReadonlyMap<string, Method>): string {
  const all = [...methods];
  const hasParams = ([, { params }]: readonly [string, Method]) => Object.keys(params).length > 0;
  const links = (some: typeof all) => some.map(([name, method]) => linkOf(host, name, method)).join("");
  return [
    "<html><body>",
    `<br>Available endpoints:<br>${links(all.filter((entry) => !hasParams(entry)))}`,
    `<br>Endpoints that require arguments:<br>${links(all.filter(hasParams))}`,
    "</body></html>",
  ].join("");
}
