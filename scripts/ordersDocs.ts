// Writes the derived parts of docs/orders.md: the state diagram and the table of transitions from x/orders/transitions.ts,
// the messages from their descriptors. `npx tsx scripts/ordersDocs.ts` writes; `npm run check` compares.

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { TypeRegistry } from "../src/codec/registry.ts";
import { DEFAULT_PARAMS } from "../x/fees/types.ts";
import { ACTION_TYPE_URLS, actionName, roleName, statusName, TRANSITIONS } from "../x/orders/transitions.ts";

const FILE = "docs/orders.md";

/** A mermaid state diagram: one arrow for each pair of states, with the actions that lead there. */
function stateDiagram(): string {
  const arrows = new Map<string, string[]>();
  for (const { from, action, to } of TRANSITIONS) {
    for (const target of to) {
      if (target === from) continue;
      const arrow = `${statusName(from)} --> ${statusName(target)}`;
      arrows.set(arrow, [...(arrows.get(arrow) ?? []), actionName(action).toLowerCase().replaceAll("_", " ")]);
    }
  }
  const lines = [...arrows].map(([arrow, actions]) => `    ${arrow}: ${actions.join(", ")}`);
  const ends = ["CANCELLED", "REFUNDED"].map((name) => `    ${name} --> [*]`);
  return ["```mermaid", "stateDiagram-v2", "    [*] --> CREATED: create", ...lines, ...ends, "```"].join("\n");
}

function transitionTable(): string {
  const rows = TRANSITIONS.map(({ from, action, roles, to, note }) => {
    const message = ACTION_TYPE_URLS.get(action)?.split(".").at(-1) ?? "(end of a block)";
    const who = roles.map((role) => roleName(role).toLowerCase()).join(", ");
    return `| ${statusName(from)} | \`${message}\` | ${who} | ${to.map(statusName).join(", ")} | ${note} |`;
  });
  return ["| in | message | who | to | note |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}

/** Each message with its signer, its fields, its response and its fee. */
function messageTable(): string {
  const registry = new TypeRegistry();
  const service = registry.services().find(({ name }) => name === "stateset.orders.v1.Msg");
  if (service === undefined) throw new Error("stateset.orders.v1.Msg is not among the descriptors");
  const fees = new Map(DEFAULT_PARAMS.messageFees.map(({ typeUrl, fee }) => [typeUrl, fee?.amount ?? "0"]));
  const fieldsOf = (type: string) =>
    (registry.plan(type)?.fields ?? []).map(({ name }) => `\`${name}\``).join(", ") || "none";
  const rows = service.methods.map(({ name, inputType, outputType }) => {
    const signer = registry.signerFields(inputType).join(", ");
    const fee = fees.get(`/${inputType}`) ?? "by gas";
    return `| \`Msg${name}\` | \`${signer}\` | ${fieldsOf(inputType)} | ${fieldsOf(outputType)} | ${fee} |`;
  });
  const head = ["| message | signer | fields | answer | fee in uusdc |", "| --- | --- | --- | --- | --- |"];
  return [...head, ...rows].join("\n");
}

const PARTS: Readonly<Record<string, () => string>> = {
  diagram: stateDiagram,
  transitions: transitionTable,
  messages: messageTable,
};

/** The page with its derived parts as they should be. Throws when it lacks one of the marks. */
function derivedPage(page: string): string {
  let text = page;
  for (const [name, make] of Object.entries(PARTS)) {
    const [begin, end] = [`<!-- derived: ${name} -->`, `<!-- end: ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`${FILE} has no part ${name}`);
    text = `${text.slice(0, from + begin.length)}\n${make()}\n${text.slice(to)}`;
  }
  return text;
}

/** What is stale, for `npm run check`; empty when the page is fresh. */
export async function ordersDocProblems(): Promise<string> {
  const page = readFileSync(FILE, "utf8");
  return derivedPage(page) === page ? "" : `${FILE} is stale: run \`npx tsx scripts/ordersDocs.ts\``;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync(FILE, derivedPage(readFileSync(FILE, "utf8")));
}
