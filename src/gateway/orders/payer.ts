// Who pays, and by what right: a wallet lets the API key's signer pay for it by x/authz.

import { MsgSend } from "../../../gen/cosmos/bank/v1beta1/tx.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import { MsgPayOrder } from "../../../gen/stateset/orders/v1/tx.ts";
import { typeUrlOf } from "../../codec/message.ts";
import { Problem } from "../http/problem.ts";
import type { ApiKey, GatewayParts } from "../parts.ts";
import type { ChainObject } from "../readModel/blockRows.ts";
import { hasGrant } from "./chainOrders.ts";
import { anyOf } from "./messages.ts";

/** The wallet that pays: the one that is named, or that of test keys. Throws Problem `payer_required`. */
export function requirePayer(
  parts: GatewayParts,
  key: ApiKey,
  wallet: string | undefined,
  extra: Record<string, string> = {},
): string {
  const payer = wallet ?? (key.kind === "test" ? parts.testPayer : undefined);
  if (payer !== undefined) return payer;
  throw new Problem("payer_required", {
    detail:
      "name a wallet_address that granted this to the API key's signer, post a signed_tx, or let the customer pay at payment_url or to deposit_address",
    field: "/payment_method/wallet_address",
    extra: { ...extra, grantee: key.signer },
  });
}

function ungranted(key: ApiKey, typeUrls: readonly string[], extra: Record<string, string>): Problem {
  return new Problem("grant_required", {
    detail: `the wallet must grant ${typeUrls.join(" or ")} to ${key.signer}`,
    field: "/payment_method/wallet_address",
    extra: { ...extra, grantee: key.signer },
  });
}

/** Rejects with Problem `grant_required` unless the wallet lets the key's signer send this. */
export async function requireGrant(
  parts: GatewayParts,
  key: ApiKey,
  { payer, typeUrl }: { readonly payer: string; readonly typeUrl: string },
): Promise<void> {
  if (payer === key.signer) return;
  if (await hasGrant(parts.chain, { granter: payer, grantee: key.signer, msgTypeUrl: typeUrl })) return;
  throw ungranted(key, [typeUrl], {});
}

/** A payment of one order. */
export interface OrderPaymentPlan {
  readonly payer: string;
  readonly order: ChainObject;
  /** Micro-units. */
  readonly amount: bigint;
  readonly refundAddress?: object | undefined;
}

/**
 * The message that pays. A wallet that grants MsgPayOrder pays by it; one that grants transfers, which can be limited in
 * amount, pays by a transfer to the order's deposit address. Rejects with Problem `grant_required`.
 */
export async function paymentMessage(parts: GatewayParts, key: ApiKey, plan: OrderPaymentPlan): Promise<Any> {
  const { payer, order, amount, refundAddress } = plan;
  const coin = { denom: String(order["denom"]), amount: amount.toString() };
  const pay = anyOf(MsgPayOrder, { payer, orderId: order["id"], amount: coin, refundAddress });
  const may = (typeUrl: string) => hasGrant(parts.chain, { granter: payer, grantee: key.signer, msgTypeUrl: typeUrl });
  if (payer === key.signer || (await may(pay.typeUrl))) return pay;
  if (refundAddress === undefined && (await may(typeUrlOf(MsgSend)))) {
    return anyOf(MsgSend, { fromAddress: payer, toAddress: order["deposit_address"], amount: [coin] });
  }
  throw ungranted(key, [pay.typeUrl, typeUrlOf(MsgSend)], howToPay(parts, order));
}

/** Other ways to pay an order. */
export function howToPay({ publicUrl }: GatewayParts, order: ChainObject): Record<string, string> {
  return { deposit_address: String(order["deposit_address"]), payment_url: `${publicUrl}/pay/${String(order["id"])}` };
}
