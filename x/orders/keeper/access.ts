// Who somebody is to an order, and whether the table lets them do what they ask for.

import { type Order, type OrderAction, OrderRole } from "../../../gen/stateset/orders/v1/types.ts";
import type { Authority } from "../../../src/baseapp/authority.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { ErrInvalidTransition, ErrNotAllowed } from "../errors.ts";
import { actionName, findTransition, rolesFor, statusName, type TransitionRow } from "../transitions.ts";
import type { OrderStore } from "./store.ts";

/** Tells roles. */
export class Access {
  readonly #store: OrderStore;
  readonly #authority: Authority;

  constructor(store: OrderStore, authority: Authority) {
    this.#store = store;
    this.#authority = authority;
  }

  /** Whether somebody governs the chain. */
  isAuthority(ctx: Context, signer: string): boolean {
    return signer === this.#authority.address(ctx);
  }

  /** Whether somebody may act for a merchant: the merchant itself, or one of its operators. */
  isSeller(ctx: Context, merchant: string, signer: string): boolean {
    return signer === merchant || this.#store.merchant(ctx, merchant).operators.includes(signer);
  }

  /** All that somebody is to an order. PERF: one store read. */
  rolesOf(ctx: Context, order: Order, signer: string): ReadonlySet<OrderRole> {
    const roles = new Set<OrderRole>([OrderRole.ORDER_ROLE_ANYONE]);
    if (signer === order.customer) roles.add(OrderRole.ORDER_ROLE_CUSTOMER);
    if (signer === order.merchant) roles.add(OrderRole.ORDER_ROLE_MERCHANT);
    else if (this.isSeller(ctx, order.merchant, signer)) roles.add(OrderRole.ORDER_ROLE_OPERATOR);
    if (signer === order.arbiter) roles.add(OrderRole.ORDER_ROLE_ARBITER);
    if (this.isAuthority(ctx, signer)) roles.add(OrderRole.ORDER_ROLE_AUTHORITY);
    return roles;
  }

  /**
   * The row of the table. Throws, in this order: ErrNotAllowed when the signer may not do it in any status,
   * ErrInvalidTransition when nobody may in this one, ErrNotAllowed when the signer may not in this one.
   */
  requireTransition(ctx: Context, order: Order, action: OrderAction, signer: string): TransitionRow {
    const roles = this.rolesOf(ctx, order, signer);
    const may = (allowed: Iterable<OrderRole>) => hasOneOf(roles, allowed);
    const what = () => `${actionName(action)} of ${order.id}`;
    if (!may(rolesFor(action))) throw new ChainError(ErrNotAllowed, what());
    const row = findTransition(order.status, action);
    const which = () => `${what()}, which is ${statusName(order.status)}`;
    if (row === undefined) throw new ChainError(ErrInvalidTransition, which());
    if (!may(row.roles)) throw new ChainError(ErrNotAllowed, which());
    return row;
  }
}

function hasOneOf(roles: ReadonlySet<OrderRole>, allowed: Iterable<OrderRole>): boolean {
  for (const role of allowed) if (roles.has(role)) return true;
  return false;
}
