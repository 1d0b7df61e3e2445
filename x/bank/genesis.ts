// Genesis of x/bank: balances, the supply they add up to, metadata, and what may be sent.

import { Metadata } from "../../gen/cosmos/bank/v1beta1/bank.ts";
import { type Balance, GenesisState } from "../../gen/cosmos/bank/v1beta1/genesis.ts";
import type { Context } from "../../src/baseapp/context.ts";
import type { ModuleGenesis } from "../../src/baseapp/module.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { fromUtf8 } from "../../src/codec/bytes.ts";
import { addCoins, type Coin, checkCoins, checkDenom, coinsFromProto, formatCoins } from "../../src/codec/coins.ts";
import type { BankKeeper } from "./keeper.ts";

function requireUnique(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new Error(`duplicate ${what}: ${name}`);
    seen.add(name);
  }
}

function validate({ balances, supply, denomMetadata, sendEnabled }: GenesisState): void {
  requireUnique(
    "balance for address",
    balances.map((balance) => balance.address),
  );
  requireUnique(
    "metadata for denom",
    denomMetadata.map((metadata) => metadata.base),
  );
  requireUnique(
    "send enabled for denom",
    sendEnabled.map((entry) => entry.denom),
  );
  const names = [...denomMetadata.map((metadata) => metadata.base), ...sendEnabled.map((entry) => entry.denom)];
  const badName = names.map(checkDenom).find((problem) => problem !== undefined);
  if (badName !== undefined) throw new Error(badName);
  let total: Coin[] = [];
  for (const { address, coins } of balances) {
    decodeAddress(address);
    const parsed = coinsFromProto(coins);
    const problem = checkCoins(parsed);
    if (problem !== undefined) throw new Error(`balance of ${address}: ${problem}`);
    total = addCoins(total, parsed);
  }
  if (supply.length === 0) return;
  const given = coinsFromProto(supply);
  const problem = checkCoins(given);
  if (problem !== undefined) throw new Error(`supply: ${problem}`);
  if (formatCoins(given) !== formatCoins(total)) {
    throw new Error(`genesis supply is incorrect, expected ${formatCoins(given)}, got ${formatCoins(total)}`);
  }
}

/** All balances in the order of the store: by address. */
function exportBalances(keeper: BankKeeper, ctx: Context): Balance[] {
  const balances: Balance[] = [];
  for (const [key, value] of keeper.allBalancesStore(ctx).iterate()) {
    const length = key[0] ?? 0;
    const address = encodeAddress(key.subarray(1, 1 + length));
    const coin = { denom: fromUtf8(key.subarray(1 + length)), amount: fromUtf8(value) };
    const last = balances.at(-1);
    if (last?.address === address) last.coins.push(coin);
    else balances.push({ address, coins: [coin] });
  }
  return balances;
}

/** Genesis of the module. */
export function bankGenesis(keeper: BankKeeper): ModuleGenesis<GenesisState> {
  return {
    codec: GenesisState,
    defaultGenesis: () => ({
      params: { sendEnabled: [], defaultSendEnabled: true },
      balances: [],
      supply: [],
      denomMetadata: [],
      sendEnabled: [],
    }),
    validate,
    init(ctx: Context, genesis) {
      keeper.setParams(ctx, genesis.params ?? { sendEnabled: [], defaultSendEnabled: true });
      for (const { address, coins } of genesis.balances) {
        keeper.initBalances(ctx, decodeAddress(address), coinsFromProto(coins));
      }
      for (const metadata of genesis.denomMetadata) keeper.setMetadata(ctx, metadata);
      for (const entry of genesis.sendEnabled) keeper.setSendEnabled(ctx, entry);
    },
    export(ctx: Context) {
      const supply = [...keeper.supplyStore(ctx).iterate()].map(([key, value]) => ({
        denom: fromUtf8(key),
        amount: fromUtf8(value),
      }));
      return {
        params: keeper.params(ctx),
        balances: exportBalances(keeper, ctx),
        supply,
        denomMetadata: [...keeper.metadataStore(ctx).iterate()].map(([, value]) => Metadata.decode(value)),
        sendEnabled: [...keeper.sendEnabledStore(ctx).iterate()].map(([key, value]) => ({
          denom: fromUtf8(key),
          enabled: value[0] === 1,
        })),
      };
    },
  };
}
