// Answers about single orders as they were sent, until a block changes the order. What other gateways write comes by blocks, too.

import type { FastifyReply, FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import { tagOf } from "../http/caching.ts";
import type { Projector } from "../readModel/projector.ts";

/** An answer without personal data. */
export interface OrderAnswer {
  /** Whose keys may have it. */
  readonly merchant: string;
  /** Keys that may see personal data get another answer. */
  readonly hasPersonalData: boolean;
  readonly text: string;
  readonly etag: string;
}

/** Characters of all answers that are kept. */
const CHARACTERS_MAX = 32 * 1024 * 1024;

/** The answers of one gateway. */
export class OrderAnswers {
  readonly #answers = new LRUCache<string, OrderAnswer>({
    maxSize: CHARACTERS_MAX,
    sizeCalculation: ({ text }) => text.length + 256,
  });
  #changes = 0;

  constructor(projector: Pick<Projector, "onChange">) {
    projector.onChange((orderIds) => {
      this.#changes += 1;
      if (orderIds === undefined) this.#answers.clear();
      else for (const id of orderIds) this.#answers.delete(id);
    });
  }

  /** Counts changes: whoever composes an answer looks at it before reading, and hands it to `keep`. */
  get changes(): number {
    return this.#changes;
  }

  /** The answer for a key; undefined where it is to be composed. */
  get(id: string, { merchant, scopes }: FastifyRequest["apiKey"]): OrderAnswer | undefined {
    const known = this.#answers.get(id);
    if (known === undefined || known.merchant !== merchant) return undefined;
    return known.hasPersonalData && scopes.has("customers:read") ? undefined : known;
  }

  /** Keeps an answer, unless something has changed since it was begun: it may be of before. */
  keep(id: string, answer: Omit<OrderAnswer, "etag">, changes: number): OrderAnswer {
    const kept = { ...answer, etag: tagOf(answer.text) };
    if (changes === this.#changes) this.#answers.set(id, kept);
    return kept;
  }
}

/** Sends an answer. */
export function sendAnswer(reply: FastifyReply, { text, etag }: OrderAnswer): FastifyReply {
  return reply.header("etag", etag).type("application/json; charset=utf-8").serializer(String).send(text);
}
