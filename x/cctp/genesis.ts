// Genesis of CCTP: parameters, V1 in the shape of Noble's module, V2. A missing flag means paused, as in Noble's module,
// which refuses it when it validates.

import { GenesisState as V1Genesis } from "../../gen/circle/cctp/v1/genesis.ts";
import {
  Attester,
  Nonce,
  PerMessageBurnLimit,
  RemoteTokenMessenger,
  TokenPair,
} from "../../gen/circle/cctp/v1/types.ts";
import type { GenesisState as V2Genesis } from "../../gen/circle/cctp/v2/types.ts";
import { GenesisState } from "../../gen/stateset/cctp/v1/types.ts";
import type { Context } from "../../src/baseapp/context.ts";
import type { ModuleGenesis } from "../../src/baseapp/module.ts";
import { BYTES32_LENGTH } from "../../src/cctp/bytes32.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { toHex } from "../../src/codec/bytes.ts";
import { parseUint } from "../../src/codec/integer.ts";
import type { KvStore } from "../../src/store/kvStore.ts";
import type { CctpKeeper, Role } from "./keeper.ts";
import {
  ATTESTERS_MAX,
  DEFAULT_MAX_MESSAGE_BODY_SIZE,
  DEFAULT_PARAMS,
  lowerCaseDenom,
  parseAttester,
} from "./types.ts";

const ROLES: readonly Exclude<Role, "pendingOwner">[] = ["owner", "attesterManager", "pauser", "tokenController"];
const AMOUNT_BITS = 256;

function requireUnique(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new Error(`duplicate ${what} ${name}`);
    seen.add(name);
  }
}

function requireWords(what: string, words: readonly Uint8Array[]): void {
  for (const word of words) {
    if (word.length !== BYTES32_LENGTH) throw new Error(`${what} must be ${BYTES32_LENGTH} bytes, got ${word.length}`);
  }
}

function validateAttesters(genesis: V1Genesis, strictEvm: boolean): void {
  const texts = genesis.attesterList.map(({ attester }) => attester);
  requireUnique("attester", strictEvm ? texts.map((text) => toHex(parseAttester(text, true))) : texts);
  for (const text of texts) parseAttester(text, strictEvm);
  if (texts.length > ATTESTERS_MAX) throw new Error(`more than ${ATTESTERS_MAX} attesters`);
  if (genesis.signatureThreshold?.amount === 0) throw new Error("signature threshold cannot be 0");
}

function validateV1(genesis: V1Genesis, strictEvm: boolean): void {
  for (const role of ROLES) if (genesis[role] !== "") decodeAddress(genesis[role]);
  validateAttesters(genesis, strictEvm);
  if (genesis.burningAndMintingPaused === undefined) throw new Error("burning_and_minting_paused is missing");
  if (genesis.sendingAndReceivingMessagesPaused === undefined) {
    throw new Error("sending_and_receiving_messages_paused is missing");
  }
  requireUnique(
    "burn limit of",
    genesis.perMessageBurnLimitList.map(({ denom }) => lowerCaseDenom(denom)),
  );
  for (const { amount } of genesis.perMessageBurnLimitList) parseUint(amount, AMOUNT_BITS);
  requireWords(
    "remote token",
    genesis.tokenPairList.map(({ remoteToken }) => remoteToken),
  );
  requireUnique(
    "token pair",
    genesis.tokenPairList.map(({ remoteDomain, remoteToken }) => `${remoteDomain}/${toHex(remoteToken)}`),
  );
  requireUnique(
    "used nonce",
    genesis.usedNoncesList.map(({ sourceDomain, nonce }) => `${sourceDomain}/${nonce}`),
  );
  requireWords(
    "remote token messenger",
    genesis.tokenMessengerList.map(({ address }) => address),
  );
  requireUnique(
    "remote token messenger of domain",
    genesis.tokenMessengerList.map(({ domainId }) => String(domainId)),
  );
}

function initV1(keeper: CctpKeeper, ctx: Context, genesis: V1Genesis): void {
  for (const role of ROLES) keeper.setRole(ctx, role, genesis[role]);
  for (const { attester } of genesis.attesterList) keeper.addAttester(ctx, attester);
  for (const { denom, amount } of genesis.perMessageBurnLimitList) {
    keeper.setBurnLimit(ctx, lowerCaseDenom(denom), BigInt(amount));
  }
  keeper.setBurningAndMintingPaused(ctx, genesis.burningAndMintingPaused?.paused ?? true);
  keeper.setSendingAndReceivingPaused(ctx, genesis.sendingAndReceivingMessagesPaused?.paused ?? true);
  keeper.setMaxMessageBodySize(ctx, genesis.maxMessageBodySize?.amount ?? DEFAULT_MAX_MESSAGE_BODY_SIZE);
  keeper.setNextNonce(ctx, genesis.nextAvailableNonce?.nonce ?? 0n);
  keeper.setSignatureThreshold(ctx, genesis.signatureThreshold?.amount ?? 1);
  for (const pair of genesis.tokenPairList) keeper.setTokenPair(ctx, pair);
  for (const { sourceDomain, nonce } of genesis.usedNoncesList) keeper.useNonce(ctx, sourceDomain, nonce);
  for (const { domainId, address } of genesis.tokenMessengerList) {
    keeper.setRemoteTokenMessenger(ctx, domainId, address);
  }
}

function valuesOf<T>(store: KvStore, decode: (bytes: Uint8Array) => T): T[] {
  return [...store.iterate()].map(([, value]) => decode(value));
}

function exportV1(keeper: CctpKeeper, ctx: Context): V1Genesis {
  return {
    owner: keeper.role(ctx, "owner") ?? "",
    attesterManager: keeper.role(ctx, "attesterManager") ?? "",
    pauser: keeper.role(ctx, "pauser") ?? "",
    tokenController: keeper.role(ctx, "tokenController") ?? "",
    attesterList: valuesOf(keeper.attesterStore(ctx), Attester.decode),
    perMessageBurnLimitList: valuesOf(keeper.burnLimitStore(ctx), PerMessageBurnLimit.decode),
    burningAndMintingPaused: { paused: keeper.isBurningAndMintingPaused(ctx) },
    sendingAndReceivingMessagesPaused: { paused: keeper.isSendingAndReceivingPaused(ctx) },
    maxMessageBodySize: { amount: keeper.maxMessageBodySize(ctx) ?? DEFAULT_MAX_MESSAGE_BODY_SIZE },
    nextAvailableNonce: { sourceDomain: 0, nonce: keeper.nextNonce(ctx) ?? 0n },
    signatureThreshold: { amount: keeper.signatureThreshold(ctx) ?? 1 },
    tokenPairList: valuesOf(keeper.tokenPairStore(ctx), TokenPair.decode),
    usedNoncesList: valuesOf(keeper.usedNonceStore(ctx), Nonce.decode),
    tokenMessengerList: valuesOf(keeper.remoteTokenMessengerStore(ctx), RemoteTokenMessenger.decode),
  };
}

function defaultV1(): V1Genesis {
  return V1Genesis.fromPartial({
    burningAndMintingPaused: { paused: false },
    sendingAndReceivingMessagesPaused: { paused: false },
    maxMessageBodySize: { amount: DEFAULT_MAX_MESSAGE_BODY_SIZE },
    nextAvailableNonce: { nonce: 0n },
    signatureThreshold: { amount: 1 },
  });
}

/** The genesis of the module; `v2` is that of V2's part. */
export function cctpGenesis(keeper: CctpKeeper, v2: ModuleGenesis<V2Genesis>): ModuleGenesis<GenesisState> {
  return {
    codec: GenesisState,
    defaultGenesis: () => ({ params: { ...DEFAULT_PARAMS }, v1: defaultV1(), v2: v2.defaultGenesis() }),
    validate(genesis) {
      if (genesis.params === undefined) throw new Error("params are missing");
      if (genesis.v1 !== undefined) validateV1(genesis.v1, genesis.params.strictEvm);
      if (genesis.v2 !== undefined) v2.validate(genesis.v2);
    },
    init(ctx, genesis) {
      keeper.setParams(ctx, genesis.params ?? DEFAULT_PARAMS);
      initV1(keeper, ctx, genesis.v1 ?? defaultV1());
      v2.init(ctx, genesis.v2 ?? v2.defaultGenesis());
    },
    export: (ctx) => ({ params: keeper.params(ctx), v1: exportV1(keeper, ctx), v2: v2.export(ctx) }),
  };
}
