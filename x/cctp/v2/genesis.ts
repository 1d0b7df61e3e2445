// Genesis of CCTP V2: settings, attesters, linked chains, denylist, used nonces.

import { GenesisState, type Settings } from "../../../gen/circle/cctp/v2/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import type { ModuleGenesis } from "../../../src/baseapp/module.ts";
import { BYTES32_LENGTH, isZero } from "../../../src/cctp/bytes32.ts";
import { decodeAddress, encodeAddress } from "../../../src/codec/address.ts";
import { toHex } from "../../../src/codec/bytes.ts";
import type { CctpV2Keeper, RoleV2 } from "./keeper.ts";
import { decodeDomain } from "./keys.ts";
import {
  ATTESTERS_MAX,
  hexOf,
  MAX_MESSAGE_BODY_SIZE_DEFAULT,
  MAX_MESSAGE_BODY_SIZE_LIMIT,
  MIN_FEE_DENOMINATOR,
  parseAttester,
} from "./types.ts";

const DEFAULT_SETTINGS: Settings = Object.freeze({
  denylister: "",
  feeRecipient: "",
  minFeeController: "",
  signatureThreshold: 0,
  maxMessageBodySize: MAX_MESSAGE_BODY_SIZE_DEFAULT,
  minFee: 0n,
});

const ROLES: readonly RoleV2[] = ["denylister", "feeRecipient", "minFeeController"];

function requireUnique(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new Error(`cctp v2: duplicate ${what} ${name}`);
    seen.add(name);
  }
}

function requireWord(what: string, bytes: Uint8Array): void {
  if (bytes.length !== BYTES32_LENGTH || isZero(bytes)) {
    throw new Error(`cctp v2: ${what} must be ${BYTES32_LENGTH} bytes and not zero, got ${hexOf(bytes)}`);
  }
}

function validateSettings(settings: Settings, attesterCount: number): void {
  for (const role of ROLES) if (settings[role] !== "") decodeAddress(settings[role]);
  if (attesterCount > ATTESTERS_MAX) throw new Error(`cctp v2: more than ${ATTESTERS_MAX} attesters`);
  if (settings.signatureThreshold > attesterCount) {
    throw new Error(`cctp v2: signature threshold ${settings.signatureThreshold} of ${attesterCount} attesters`);
  }
  if (settings.maxMessageBodySize > MAX_MESSAGE_BODY_SIZE_LIMIT) {
    throw new Error(`cctp v2: maximum message body size ${settings.maxMessageBodySize} is too high`);
  }
  if (settings.minFee >= MIN_FEE_DENOMINATOR) throw new Error(`cctp v2: minimum fee ${settings.minFee} is too high`);
}

function validate(genesis: GenesisState): void {
  validateSettings(genesis.settings ?? DEFAULT_SETTINGS, genesis.attesters.length);
  const attesters = genesis.attesters.map((attester) => hexOf(parseAttester(attester)));
  requireUnique("attester", attesters);
  for (const { domainId, address } of genesis.remoteTokenMessengers) requireWord(`messenger of ${domainId}`, address);
  const domains = genesis.remoteTokenMessengers.map(({ domainId }) => String(domainId));
  requireUnique("domain", domains);
  const denylist = genesis.denylist.map((account) => encodeAddress(decodeAddress(account)));
  requireUnique("account on the denylist", denylist);
  for (const nonce of genesis.usedNonces) requireWord("a used nonce", nonce);
  const nonces = genesis.usedNonces.map(toHex);
  requireUnique("nonce", nonces);
}

/** The values that exist once. */
export function readSettings(keeper: CctpV2Keeper, ctx: Context): Settings {
  const textOf = (role: RoleV2) => {
    const address = keeper.role(ctx, role);
    return address === undefined ? "" : encodeAddress(address);
  };
  return {
    denylister: textOf("denylister"),
    feeRecipient: textOf("feeRecipient"),
    minFeeController: textOf("minFeeController"),
    signatureThreshold: keeper.signatureThreshold(ctx),
    maxMessageBodySize: keeper.maxMessageBodySize(ctx),
    minFee: keeper.minFee(ctx),
  };
}

function writeSettings(keeper: CctpV2Keeper, ctx: Context, settings: Settings): void {
  for (const role of ROLES) if (settings[role] !== "") keeper.setRole(ctx, role, decodeAddress(settings[role]));
  keeper.setSignatureThreshold(ctx, settings.signatureThreshold);
  keeper.setMaxMessageBodySize(ctx, settings.maxMessageBodySize);
  keeper.setMinFee(ctx, settings.minFee);
}

function init(keeper: CctpV2Keeper, ctx: Context, genesis: GenesisState): void {
  writeSettings(keeper, ctx, genesis.settings ?? DEFAULT_SETTINGS);
  for (const attester of genesis.attesters) keeper.addAttester(ctx, parseAttester(attester));
  for (const { domainId, address } of genesis.remoteTokenMessengers) {
    keeper.setRemoteTokenMessenger(ctx, domainId, address);
  }
  for (const account of genesis.denylist) keeper.denylist(ctx, decodeAddress(account));
  for (const nonce of genesis.usedNonces) keeper.useNonce(ctx, nonce);
}

/** Genesis of V2, a part of the module's. Lists are exported in the order of the store. */
export function cctpV2Genesis(keeper: CctpV2Keeper): ModuleGenesis<GenesisState> {
  return {
    codec: GenesisState,
    defaultGenesis: () => ({
      settings: { ...DEFAULT_SETTINGS },
      attesters: [],
      remoteTokenMessengers: [],
      denylist: [],
      usedNonces: [],
    }),
    validate,
    init: (ctx, genesis) => init(keeper, ctx, genesis),
    export: (ctx) => ({
      settings: readSettings(keeper, ctx),
      attesters: keeper.attesters(ctx).map(hexOf),
      remoteTokenMessengers: [...keeper.remoteTokenMessengerStore(ctx).iterate()].map(([key, address]) => ({
        domainId: decodeDomain(key),
        address,
      })),
      denylist: [...keeper.denylistStore(ctx).iterate()].map(([address]) => encodeAddress(address)),
      usedNonces: [...keeper.usedNonceStore(ctx).iterate()].map(([nonce]) => nonce),
    }),
  };
}
