// Who takes cards: a processor outside, which has the numbers. Here are tokens only.

/** What is to be taken from a card. */
export interface CardCharge {
  /** Ours, for one payment: a processor that is asked twice takes the money once. */
  readonly id: string;
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
  /** The same id once more gives the same result. */
  authorize(charge: CardCharge): Promise<CardResult>;
  /** Lets the card go, by our id: the order was not paid after all. No failure when nothing was taken, or it is gone. */
  release(id: string): Promise<void>;
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
    async authorize({ id, token }) {
      const reason = Object.hasOwn(DECLINED, token) ? DECLINED[token] : undefined;
      return reason === undefined
        ? { isApproved: true, reference: id.replace(/^card_/, "auth_") }
        : { isApproved: false, reason };
    },
    release: async () => undefined,
  };
}
