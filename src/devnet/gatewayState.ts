// Who is who to the gateway of a devnet, from the chain's first block on: a merchant, an account that signs for its API keys,
// and a customer's wallet that lets it pay.

import { GenericAuthorization } from "../../gen/cosmos/authz/v1beta1/authz.ts";
import * as tx from "../../gen/stateset/orders/v1/tx.ts";
import { typeUrlOf } from "../codec/message.ts";

/** The JSON of a part of the state. */
type Json = Record<string, unknown>;

/** The accounts, by their place among those of the devnet. */
const PLACES = { arbiter: 0, merchant: 13, signer: 14, customer: 15 } as const;

type Role = keyof typeof PLACES;

/** What each lets the signer do in its name. */
const GRANTS: Readonly<Record<Exclude<Role, "signer">, readonly { readonly $type: string }[]>> = {
  merchant: [tx.MsgUpdateMerchant],
  arbiter: [tx.MsgResolveDispute],
  customer: [
    ...[tx.MsgPayOrder, tx.MsgPayOrders, tx.MsgCreateAndPayOrder, tx.MsgOpenDispute],
    ...[tx.MsgSetRefundAddress, tx.MsgClaimRefund],
  ],
};

/** The accounts of a devnet's gateway. The arbiter is the devnet's operator. */
export function gatewayAccounts<T extends { readonly address: string }>(accounts: readonly T[]): Record<Role, T> {
  const at = (place: number): T => {
    const account = accounts[place];
    if (account === undefined) throw new Error(`a devnet has ${accounts.length} accounts, and no ${place}`);
    return account;
  };
  const { arbiter, merchant, signer, customer } = PLACES;
  return { arbiter: at(arbiter), merchant: at(merchant), signer: at(signer), customer: at(customer) };
}

function part(state: Json, name: string): Json {
  const value = state[name];
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

/** The state with a gateway in it. */
export function gatewayAppState(
  state: Readonly<Json>,
  accounts: Readonly<Record<Role, { readonly address: string }>>,
): Json {
  const { signer, merchant } = accounts;
  const grants = Object.entries(GRANTS).flatMap(([granter, codecs]) =>
    codecs.map((codec) => ({
      granter: accounts[granter as Role].address,
      grantee: signer.address,
      authorization: { "@type": typeUrlOf(GenericAuthorization), msg: typeUrlOf(codec) },
      expiration: null,
    })),
  );
  return {
    ...state,
    authz: { ...part(state, "authz"), authorization: grants },
    orders: {
      ...part(state, "orders"),
      merchants: [{ address: merchant.address, settings: {}, operators: [signer.address] }],
    },
  };
}
