// The application with the state that the golden vectors of CCTP start from: chain 4, whose keys begin with `noble`
// there and with our prefix here. Messages run in a layer each, which is dropped when they fail.

import { GenesisState as V1Genesis } from "../../gen/circle/cctp/v1/genesis.ts";
import { GenesisState as CctpGenesis } from "../../gen/stateset/cctp/v1/types.ts";
import type { Event } from "../../gen/tendermint/abci/types.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { failureOf, type TxFailure } from "../../src/baseapp/txResult.ts";
import { attestersOf, bytesOf, type VectorAttester } from "../../src/cctp/testing/vectors.ts";
import { decodeBech32, encodeAddress } from "../../src/codec/address.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { messageToJson } from "../../src/codec/protoJson.ts";
import type { ChainApp } from "../app.ts";
import { emptyApp } from "../genesis.ts";
import { makeBlock, startChain, testAppState } from "./testChain.ts";

/** Holder of every role. */
export const OWNER = encodeAddress(new Uint8Array(20).fill(9));

/** The `state` of noble-expected.json, as far as it is set up. */
export interface VectorState {
  readonly localDomain: number;
  readonly minters: readonly { readonly allowance: { readonly amount: string } }[];
  readonly remoteTokenMessengers: readonly { readonly domain_id: number; readonly address: string }[];
  readonly tokenPairs: readonly {
    readonly remote_domain: number;
    readonly remote_token: string;
    readonly local_token: string;
  }[];
  readonly perMessageBurnLimits: readonly { readonly denom: string; readonly amount: string }[];
  readonly maxMessageBodySize: number;
}

/** What came of a message. */
export interface Outcome {
  readonly failure: TxFailure | undefined;
  readonly events: readonly Event[];
  readonly response: unknown;
  /** The state with the message in it, or without when it failed. */
  readonly ctx: Context;
}

/** `noble1…` anywhere in a text, with our prefix. */
export function withOurPrefix(text: string): string {
  return text.replace(/noble1[02-9ac-hj-np-z]{38}/g, (address) => encodeAddress(decodeBech32(address).bytes));
}

function cctpState(
  state: VectorState,
  options: { readonly attesters: readonly VectorAttester[]; readonly config: string; readonly strictEvm: boolean },
): CctpGenesis {
  const { enabled, threshold } = attestersOf(options.attesters, options.config);
  return CctpGenesis.fromPartial({
    params: { localDomain: state.localDomain, strictEvm: options.strictEvm },
    v1: V1Genesis.fromPartial({
      owner: OWNER,
      attesterManager: OWNER,
      pauser: OWNER,
      tokenController: OWNER,
      attesterList: enabled.map(({ uncompressedPublicKey }) => ({ attester: uncompressedPublicKey })),
      perMessageBurnLimitList: state.perMessageBurnLimits.map((limit) => ({ ...limit })),
      burningAndMintingPaused: { paused: false },
      sendingAndReceivingMessagesPaused: { paused: false },
      maxMessageBodySize: { amount: BigInt(state.maxMessageBodySize) },
      nextAvailableNonce: { nonce: 0n },
      signatureThreshold: { amount: threshold },
      tokenPairList: state.tokenPairs.map((pair) => ({
        remoteDomain: pair.remote_domain,
        remoteToken: bytesOf(pair.remote_token),
        localToken: pair.local_token,
      })),
      tokenMessengerList: state.remoteTokenMessengers.map((messenger) => ({
        domainId: messenger.domain_id,
        address: bytesOf(messenger.address),
      })),
    }),
  });
}

/** The application at height 1, from the vectors' state. */
export function cctpChain(
  state: VectorState,
  options: { readonly attesters: readonly VectorAttester[]; readonly config: string; readonly strictEvm: boolean },
): ChainApp {
  const app = emptyApp();
  const genesis = cctpState(state, options);
  const json = messageToJson(app.registry, CctpGenesis.$type, CctpGenesis.encode(genesis).finish());
  const appState = testAppState();
  const issuer = {
    ...(appState["fiat-tokenfactory"] as object),
    mint_allowance: state.minters[0]?.allowance.amount ?? "",
  };
  startChain(app, { ...appState, cctp: json, "fiat-tokenfactory": issuer });
  makeBlock(app);
  return app;
}

/** Runs a message as a transaction runs it, without ante handler. */
export function runMessage<T>(app: ChainApp, ctx: Context, codec: MessageCodec<T>, message: Partial<T>): Outcome {
  const layer = ctx.branch();
  const handler = app.router.msg(`/${codec.$type}`);
  try {
    const decoded = codec.decode(codec.encode(codec.fromPartial(message)).finish());
    const response = handler.handle(layer.ctx, decoded);
    return { failure: undefined, events: layer.ctx.events.list(), response, ctx: layer.ctx };
  } catch (thrown) {
    return { failure: failureOf(thrown), events: [], response: undefined, ctx };
  }
}
