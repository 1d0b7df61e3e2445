// Who takes cards: a processor outside, which has the numbers. Here are tokens only.

import { newId } from "../ids.ts";

/** What is to be taken from a card. */
export interface CardCharge {
  /** The processor's name of the card. */
  readonly token: string;
  readonly orderId: string;
  /** Micro-units of USDC. */
  readonly amount: bigint;
}

/** What the processor said. */
export type CardResult =
  | { readonly isApproved: true; readonly reference: string }
  | { readonly isApproved: false; readonly reason: string };

/** A processor. Its methods reject when it cannot be reached. */
export interface CardProcessor {
  readonly name: string;
  authorize(charge: CardCharge): Promise<CardResult>;
  /** Lets the card go: the order was not paid after all. */
  release(reference: string): Promise<void>;
}

/** Tokens that the test processor declines, and why. */
const DECLINED: Readonly<Record<string, string>> = {
  tok_declined: "declined",
  tok_insufficient_funds: "insufficient_funds",
  tok_expired: "expired_card",
  tok_lost: "lost_card",
};

/** Approves every token but those that are there to be declined. No money moves: it is for test keys. */
export function testCardProcessor(): CardProcessor {
  return {
    name: "test",
    async authorize({ token }) {
      const reason = Object.hasOwn(DECLINED, token) ? DECLINED[token] : undefined;
      return reason === undefined ? { isApproved: true, reference: newId("auth") } : { isApproved: false, reason };
    },
    release: async () => undefined,
  };
}
