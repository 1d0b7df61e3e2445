// Genesis of the issuer. Balances are there before it.

import { GenesisState, RemoteDomain } from "../../gen/stateset/issuer/v1/types.ts";
import type { Context } from "../../src/baseapp/context.ts";
import type { ModuleGenesis } from "../../src/baseapp/module.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { parseUint } from "../../src/codec/integer.ts";
import type { IssuerKeeper } from "./keeper.ts";
import { checkParams, DEFAULT_ALLOWANCE, DEFAULT_PARAMS } from "./types.ts";

const AMOUNT_BITS = 256;

function validate({ params, mintAllowance, blacklist, remoteDomains }: GenesisState): void {
  const problem = params === undefined ? "params are missing" : checkParams(params);
  if (problem !== undefined) throw new Error(problem);
  if (mintAllowance !== "") parseUint(mintAllowance, AMOUNT_BITS);
  const addresses = blacklist.map((address) => encodeAddress(decodeAddress(address)));
  if (new Set(addresses).size < addresses.length) throw new Error("an address is blacklisted twice");
  let previous = -1;
  for (const { domain, minted, burned } of remoteDomains) {
    if (domain <= previous) throw new Error(`remote domain ${domain} does not come after ${previous}`);
    previous = domain;
    parseUint(minted, AMOUNT_BITS);
    parseUint(burned, AMOUNT_BITS);
  }
}

function init(keeper: IssuerKeeper, ctx: Context, genesis: GenesisState): void {
  keeper.setParams(ctx, genesis.params ?? DEFAULT_PARAMS);
  keeper.setPaused(ctx, genesis.paused);
  keeper.setAllowance(ctx, genesis.mintAllowance === "" ? undefined : BigInt(genesis.mintAllowance));
  for (const address of genesis.blacklist) keeper.blacklist(ctx, decodeAddress(address));
  for (const counted of genesis.remoteDomains) keeper.setRemoteDomain(ctx, counted);
  keeper.fixInitialSupply(ctx);
}

/** The genesis of the module. */
export function issuerGenesis(keeper: IssuerKeeper): ModuleGenesis<GenesisState> {
  return {
    codec: GenesisState,
    defaultGenesis: () => ({
      params: { ...DEFAULT_PARAMS },
      paused: false,
      mintAllowance: DEFAULT_ALLOWANCE.toString(),
      blacklist: [],
      remoteDomains: [],
    }),
    validate,
    init: (ctx, genesis) => init(keeper, ctx, genesis),
    export: (ctx) => ({
      params: keeper.params(ctx),
      paused: keeper.isPaused(ctx),
      mintAllowance: keeper.allowance(ctx)?.toString() ?? "",
      blacklist: [...keeper.blacklistStore(ctx).iterate()].map(([address]) => encodeAddress(address)),
      remoteDomains: [...keeper.remoteDomainStore(ctx).iterate()].map(([, value]) => RemoteDomain.decode(value)),
    }),
  };
}
