// The application's state of a devnet: the defaults, with somebody in every role, so that a developer can link chains,
// enable attesters and pause.

/** The JSON of a part of the state. */
type Json = Record<string, unknown>;

function part(state: Json, name: string): Json {
  const value = state[name];
  // Every part of the state is an object: it was made from a protobuf message.
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

/** The default state with one operator in all roles of CCTP and of USDC's issuer, who decides disputes, too. */
export function devnetAppState(defaults: Readonly<Json>, operator: string): Json {
  const cctp = part(defaults, "cctp");
  const issuer = part(defaults, "fiat-tokenfactory");
  const v2 = part(cctp, "v2");
  const orders = part(defaults, "orders");
  return {
    ...defaults,
    cctp: {
      ...cctp,
      v1: {
        ...part(cctp, "v1"),
        owner: operator,
        attester_manager: operator,
        pauser: operator,
        token_controller: operator,
      },
      v2: {
        ...v2,
        settings: {
          ...part(v2, "settings"),
          denylister: operator,
          fee_recipient: operator,
          min_fee_controller: operator,
        },
      },
    },
    orders: {
      ...orders,
      params: { ...part(orders, "params"), arbiter: operator, refund_reporters: [operator] },
    },
    "fiat-tokenfactory": {
      ...issuer,
      params: { ...part(issuer, "params"), blacklister: operator, pauser: operator, minter_controller: operator },
    },
  };
}
