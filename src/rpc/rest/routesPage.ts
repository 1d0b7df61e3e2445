// A page that lists every route, for a person with a browser. It loads nothing from anywhere.

import type { Route } from "./routes.ts";

const STYLE =
  "body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}" +
  "code{font-size:13px}td{padding:.15rem .6rem .15rem 0;vertical-align:top}h2{margin:1.5rem 0 .3rem;font-size:1rem}";

/** The page as HTML. */
export function createRoutesPage(chainId: string, routes: readonly Route[]): string {
  const byService = new Map<string, Route[]>();
  for (const route of routes) byService.set(route.service.name, [...(byService.get(route.service.name) ?? []), route]);
  const sections = [...byService].map(([name, ofService]) => sectionOf(name, ofService));
  const title = `REST of ${escapeHtml(chainId)}`;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<title>${title}</title><style>${STYLE}</style></head><body><h1>${title}</h1>`,
    '<p>The same as an <a href="/openapi.json">OpenAPI 3 document</a>. The header <code>x-cosmos-block-height</code>',
    " asks for a height.</p>",
    ...sections,
    "</body></html>",
  ].join("");
}

function sectionOf(name: string, routes: readonly Route[]): string {
  const rows = routes.map((route) => {
    const path = escapeHtml(route.rule.path);
    const isLink = route.rule.verb === "GET" && route.template.variables.length === 0;
    const shown = isLink ? `<a href="${path}"><code>${path}</code></a>` : `<code>${path}</code>`;
    return `<tr><td>${route.rule.verb}</td><td>${shown}</td><td>${escapeHtml(route.method.name)}</td></tr>`;
  });
  return `<h2>${escapeHtml(name)}</h2><table>${rows.join("")}</table>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
