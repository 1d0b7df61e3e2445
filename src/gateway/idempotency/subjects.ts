// Whom a request is about: what has to be emptied when a customer is deleted.

import type { FastifyRequest } from "fastify";
import type { StoredAnswer, Subjects } from "./answers.ts";

/** Members whose values are ids of customers and orders; `id` where they stand for themselves. */
const ID_MEMBERS: ReadonlySet<string> = new Set(["id", "customer_id", "order_id"]);
/** Of one answer: a hundred orders with all that belongs to them. */
const IDS_MAX = 1_000;

function collect(value: unknown, ids: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  for (const [member, child] of Object.entries(value)) {
    if (typeof child !== "string") collect(child, ids);
    else if (ID_MEMBERS.has(member) && ids.size < IDS_MAX) ids.add(child);
  }
}

function jsonOf({ headers, body }: StoredAnswer): unknown {
  return headers["content-type"]?.includes("json") === true ? JSON.parse(body) : undefined;
}

/** The customers and orders that path, body and answer name. */
export function subjectsOf(request: FastifyRequest, answer: StoredAnswer): Subjects {
  const ids = new Set<string>();
  for (const part of [request.params, request.body, jsonOf(answer)]) collect(part, ids);
  return { merchant: request.apiKey.merchant, about: [...ids] };
}
