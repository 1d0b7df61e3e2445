// Genesis of x/auth: parameters and accounts.

import { GenesisState } from "../../gen/cosmos/auth/v1beta1/genesis.ts";
import { Any } from "../../gen/google/protobuf/any.ts";
import type { Context } from "../../src/baseapp/context.ts";
import type { ModuleGenesis } from "../../src/baseapp/module.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { moduleAddress } from "../../src/crypto/address.ts";
import type { AccountKeeper } from "./keeper.ts";
import { type Account, checkParams, DEFAULT_PARAMS, decodeAccount, encodeAccount } from "./types.ts";

function validate({ params, accounts }: GenesisState): void {
  const problem = params === undefined ? "params are missing" : checkParams(params);
  if (problem !== undefined) throw new Error(problem);
  const addresses = new Set<string>();
  const numbers = new Set<bigint>();
  for (const account of accounts.map(decodeAccount)) {
    const text = encodeAddress(account.address);
    if (addresses.has(text)) throw new Error(`duplicate account found in genesis state; address: ${text}`);
    if (numbers.has(account.accountNumber)) throw new Error(`account number ${account.accountNumber} is given twice`);
    addresses.add(text);
    numbers.add(account.accountNumber);
    const { module } = account;
    if (module !== undefined && encodeAddress(moduleAddress(module.name)) !== text) {
      throw new Error(`${text} is not the address of module ${module.name}`);
    }
  }
}

function byNumber(a: Account, b: Account): number {
  return a.accountNumber < b.accountNumber ? -1 : 1;
}

/** Genesis of the module. Accounts are listed by number. */
export function authGenesis(keeper: AccountKeeper): ModuleGenesis<GenesisState> {
  return {
    codec: GenesisState,
    defaultGenesis: () => ({ params: { ...DEFAULT_PARAMS }, accounts: [] }),
    validate,
    init(ctx: Context, { params, accounts }) {
      keeper.setParams(ctx, params ?? DEFAULT_PARAMS);
      const decoded = accounts.map(decodeAccount).sort(byNumber);
      for (const account of decoded) keeper.addAccount(ctx, account);
      const last = decoded.at(-1);
      if (last !== undefined) keeper.setNextAccountNumber(ctx, last.accountNumber + 1n);
      keeper.ensureModuleAccount(ctx, "fee_collector");
    },
    export(ctx: Context) {
      const accounts: Account[] = [];
      for (const [, value] of keeper.accountStore(ctx).iterate()) accounts.push(decodeAccount(Any.decode(value)));
      return { params: keeper.params(ctx), accounts: accounts.sort(byNumber).map(encodeAccount) };
    },
  };
}
