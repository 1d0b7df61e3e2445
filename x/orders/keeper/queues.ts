// What the end of a block does: it cancels orders that nobody paid in time, and pays out escrows whose dispute window has
// passed. Both by a queue in the order of time, a bounded number each; the rest waits for the next block.

import { CancelCause, OrderAction, OrderStatus } from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { EXPIRY_PREFIX, RELEASE_PREFIX } from "../keys.ts";
import { findTransition } from "../transitions.ts";
import type { Escrow } from "./escrow.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { OrderStore } from "./store.ts";

/** Orders that one block cancels, and orders that it pays out. */
export const EXPIRED_PER_BLOCK_MAX = 200;
export const RELEASED_PER_BLOCK_MAX = 200;
/** Refunds that the cancelled orders of one block may cause; the order that passes it is still done. */
export const EXPIRY_REFUNDS_MAX = 1000;

/** Does what is due. */
export class Queues {
  readonly #store: OrderStore;
  readonly #lifecycle: Lifecycle;
  readonly #escrow: Escrow;

  constructor(store: OrderStore, lifecycle: Lifecycle, escrow: Escrow) {
    this.#store = store;
    this.#lifecycle = lifecycle;
    this.#escrow = escrow;
  }

  /** Events: those of cancelling. */
  expireOrders(ctx: Context): void {
    let refunds = 0;
    for (const id of this.#store.dueOrders(ctx, EXPIRY_PREFIX, EXPIRED_PER_BLOCK_MAX)) {
      const order = this.#store.requireOrder(ctx, id);
      if (findTransition(order.status, OrderAction.ORDER_ACTION_EXPIRE) === undefined) {
        throw new Error(`${id} waits to expire and is in status ${order.status}`);
      }
      const actor = { actor: "", reason: "not paid in time", isSeller: false };
      refunds += this.#lifecycle.cancel(ctx, order, actor, CancelCause.CANCEL_CAUSE_EXPIRED).length;
      if (refunds >= EXPIRY_REFUNDS_MAX) break;
    }
  }

  /** Events: EventEscrowReleased. */
  releaseEscrows(ctx: Context): void {
    for (const id of this.#store.dueOrders(ctx, RELEASE_PREFIX, RELEASED_PER_BLOCK_MAX)) {
      const order = this.#store.requireOrder(ctx, id);
      if (order.status !== OrderStatus.ORDER_STATUS_DELIVERED) {
        throw new Error(`${id} waits for release and is in status ${order.status}`);
      }
      this.#escrow.release(ctx, order);
    }
  }
}
