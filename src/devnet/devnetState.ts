// The application's state of a devnet: the defaults, with somebody in every role, so that a developer can link chains,
// enable attesters and pause. Where there are EVM chains it is linked with them from the start.

import { toBase64 } from "../codec/bytes.ts";

/** The JSON of a part of the state. */
type Json = Record<string, unknown>;

function part(state: Json, name: string): Json {
  const value = state[name];
  // Every part of the state is an object: it was made from a protobuf message.
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

/** A chain that ours is linked with; its addresses are words of 32 bytes. */
export interface RemoteChain {
  readonly domain: number;
  readonly usdc: Uint8Array;
  readonly tokenMessengerV1: Uint8Array;
  readonly tokenMessengerV2: Uint8Array;
}

/** What ours is told of a bridge. */
export interface BridgeState {
  readonly remotes: readonly RemoteChain[];
  /** Who attests messages of both versions, and how many of them must: addresses, `0x` and hex. */
  readonly attesters: readonly string[];
  readonly threshold: number;
  /** Most that one message burns. */
  readonly burnLimitUusdc: bigint;
  /** Whose account of ours delivers messages and reports refunds. */
  readonly relayer: string;
}

/** The default state with one operator who governs, has all roles of CCTP and of USDC's issuer, and decides disputes. */
export function devnetAppState(defaults: Readonly<Json>, operator: string): Json {
  const cctp = part(defaults, "cctp");
  const issuer = part(defaults, "fiat-tokenfactory");
  const v2 = part(cctp, "v2");
  const orders = part(defaults, "orders");
  return {
    ...defaults,
    authority: { ...part(defaults, "authority"), authority: operator },
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

/** A devnet's state with a bridge in it: CCTP V1 and V2 linked, and a relayer who may report what became of refunds. */
export function bridgedAppState(state: Readonly<Json>, bridge: BridgeState): Json {
  const cctp = part(state, "cctp");
  const v2 = part(cctp, "v2");
  const orders = part(state, "orders");
  const params = part(orders, "params");
  const reporters = params["refund_reporters"];
  return {
    ...state,
    cctp: { ...cctp, v1: { ...part(cctp, "v1"), ...bridgeV1(bridge) }, v2: bridgeV2(v2, bridge) },
    orders: {
      ...orders,
      params: { ...params, refund_reporters: [...(Array.isArray(reporters) ? reporters : []), bridge.relayer] },
    },
  };
}

function bridgeV1({ remotes, attesters, threshold, burnLimitUusdc }: BridgeState): Json {
  return {
    attester_list: attesters.map((attester) => ({ attester })),
    signature_threshold: { amount: threshold },
    per_message_burn_limit_list: [{ denom: "uusdc", amount: String(burnLimitUusdc) }],
    token_pair_list: remotes.map(({ domain, usdc }) => ({
      remote_domain: domain,
      remote_token: toBase64(usdc),
      local_token: "uusdc",
    })),
    token_messenger_list: remotes.map((remote) => messenger(remote.domain, remote.tokenMessengerV1)),
  };
}

function bridgeV2(v2: Json, { remotes, attesters, threshold }: BridgeState): Json {
  return {
    ...v2,
    settings: { ...part(v2, "settings"), signature_threshold: threshold },
    attesters,
    remote_token_messengers: remotes.map((remote) => messenger(remote.domain, remote.tokenMessengerV2)),
  };
}

function messenger(domain: number, address: Uint8Array): Json {
  return { domain_id: domain, address: toBase64(address) };
}

/** Whether a state was made with this bridge: the contracts of its EVM chains are where ours looks for them. */
export function hasBridge(state: Readonly<Json>, bridge: BridgeState): boolean {
  const cctp = part(state, "cctp");
  const made = { ...part(cctp, "v1"), ...part(cctp, "v2") };
  const wanted: Json = { ...bridgeV1(bridge), ...bridgeV2({}, bridge) };
  return ["token_pair_list", "token_messenger_list", "remote_token_messengers"].every(
    (key) => JSON.stringify(made[key]) === JSON.stringify(wanted[key]),
  );
}
