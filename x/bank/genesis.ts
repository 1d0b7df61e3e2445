// Genesis of x/bank: balances, the supply they add up to, metadata, and what may be sent.

import { Metadata, type SendEnabled } from "../../gen/cosmos/bank/v1beta1/bank.ts";
import { type Balance, GenesisState } from "../../gen/cosmos/bank/v1beta1/genesis.ts";
import type { Context } from "../../src/baseapp/context.ts";
import type { ModuleGenesis } from "../../src/baseapp/module.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { fromUtf8 } from "../../src/codec/bytes.ts";
import { addCoins, type Coin, checkCoins, checkDenom, coinsFromProto, formatCoins } from "../../src/codec/coins.ts";
import { type BankKeeper, decodeEnabled } from "./keeper.ts";
import { balanceOwner } from "./keys.ts";
import { checkMetadata } from "./types.ts";

const DEFAULT_PARAMS = Object.freeze({ sendEnabled: [], defaultSendEnabled: true });

function requireUnique(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new Error(`duplicate ${what} ${name}`);
    seen.add(name);
  }
}

function requireCoins(what: string, coins: readonly Coin[]): void {
  const problem = checkCoins(coins);
  if (problem !== undefined) throw new Error(`${what}: ${problem}`);
}

/** What may be sent, with what old genesis files have of it in the parameters; the own field wins. */
function allSendEnabled({ params, sendEnabled }: GenesisState): readonly SendEnabled[] {
  const known = new Set(sendEnabled.map(({ denom }) => denom));
  return [...sendEnabled, ...(params?.sendEnabled ?? []).filter(({ denom }) => !known.has(denom))];
}

/** The sum of all balances. PERF: sums by denomination, so that many accounts are no quadratic work. */
function totalOf(balances: readonly Balance[]): Coin[] {
  const sums = new Map<string, bigint>();
  for (const { coins } of balances) {
    for (const { denom, amount } of coinsFromProto(coins)) sums.set(denom, (sums.get(denom) ?? 0n) + amount);
  }
  const total = [...sums].map(([denom, amount]) => ({ denom, amount }));
  // Denominations are ASCII, so that UTF-16 order is byte order. `addCoins` checks the bound of each sum.
  return addCoins(
    [],
    total.sort((a, b) => (a.denom < b.denom ? -1 : 1)),
  );
}

/** Throws an Error unless the given supply is the sum of the balances. None given is fine: it is computed. */
function requireSupply({ balances, supply }: GenesisState): void {
  const total = totalOf(balances);
  if (supply.length === 0) return;
  const given = coinsFromProto(supply);
  requireCoins("supply", given);
  if (formatCoins(given) === formatCoins(total)) return;
  throw new Error(`genesis supply is incorrect, expected ${formatCoins(given)}, got ${formatCoins(total)}`);
}

function validate(genesis: GenesisState): void {
  const { params, sendEnabled, balances, denomMetadata } = genesis;
  if ((params?.sendEnabled.length ?? 0) > 0 && sendEnabled.length > 0) {
    throw new Error("send_enabled defined in both the send_enabled field and in params (deprecated)");
  }
  const enabledDenoms = [...sendEnabled, ...(params?.sendEnabled ?? [])].map(({ denom }) => denom);
  requireUnique("send enabled for denom", enabledDenoms);
  const badDenom = enabledDenoms.map(checkDenom).find((problem) => problem !== undefined);
  if (badDenom !== undefined) throw new Error(badDenom);
  for (const { address, coins } of balances) {
    decodeAddress(address);
    requireCoins(`balance of ${address}`, coinsFromProto(coins));
  }
  // By bytes: bech32 has one text in lower and one in upper case.
  requireUnique(
    "balance for address",
    balances.map(({ address }) => encodeAddress(decodeAddress(address))),
  );
  for (const metadata of denomMetadata) {
    const problem = checkMetadata(metadata);
    if (problem !== undefined) throw new Error(`metadata of ${JSON.stringify(metadata.base)}: ${problem}`);
  }
  requireUnique(
    "client metadata for denom",
    denomMetadata.map(({ base }) => base),
  );
  requireSupply(genesis);
}

/** All balances in the order of the store: by address. */
function exportBalances(keeper: BankKeeper, ctx: Context): Balance[] {
  const balances: Balance[] = [];
  for (const [key, value] of keeper.allBalancesStore(ctx).iterate()) {
    const owner = balanceOwner(key);
    const address = encodeAddress(owner.address);
    const coin = { denom: fromUtf8(owner.denom), amount: fromUtf8(value) };
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
      params: { ...DEFAULT_PARAMS },
      balances: [],
      supply: [],
      denomMetadata: [],
      sendEnabled: [],
    }),
    validate,
    init(ctx: Context, genesis) {
      keeper.setParams(ctx, genesis.params ?? DEFAULT_PARAMS);
      for (const entry of allSendEnabled(genesis)) keeper.setSendEnabled(ctx, entry);
      for (const { address, coins } of genesis.balances) {
        keeper.initBalances(ctx, decodeAddress(address), coinsFromProto(coins));
      }
      requireSupply(genesis);
      keeper.initSupply(ctx, totalOf(genesis.balances));
      for (const metadata of genesis.denomMetadata) keeper.setMetadata(ctx, metadata);
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
          enabled: decodeEnabled(value),
        })),
      };
    },
  };
}
