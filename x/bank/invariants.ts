// What must always hold of the money.

import type { Context } from "../../src/baseapp/context.ts";
import type { Invariant } from "../../src/baseapp/module.ts";
import { fromUtf8 } from "../../src/codec/bytes.ts";
import { parseUint } from "../../src/codec/integer.ts";
import type { BankKeeper } from "./keeper.ts";

const AMOUNT_BITS = 256;

/** Sum of all balances by denomination. */
function sumBalances(keeper: BankKeeper, ctx: Context): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const [key, value] of keeper.allBalancesStore(ctx).iterate()) {
    const denom = fromUtf8(key.subarray(1 + (key[0] ?? 0)));
    sums.set(denom, (sums.get(denom) ?? 0n) + parseUint(fromUtf8(value), AMOUNT_BITS));
  }
  return sums;
}

/** The invariants of the module. */
export function bankInvariants(keeper: BankKeeper): readonly Invariant[] {
  return [
    {
      name: "bank/total-supply",
      check(ctx) {
        const sums = sumBalances(keeper, ctx);
        for (const [key, value] of keeper.supplyStore(ctx).iterate()) {
          const denom = fromUtf8(key);
          const supply = parseUint(fromUtf8(value), AMOUNT_BITS);
          const sum = sums.get(denom) ?? 0n;
          if (sum !== supply) return `supply of ${denom} is ${supply}, balances add up to ${sum}`;
          sums.delete(denom);
        }
        const [unaccounted] = sums.keys();
        return unaccounted === undefined ? undefined : `${unaccounted} has balances and no supply`;
      },
    },
    {
      name: "bank/holder-index",
      check(ctx) {
        for (const [key] of keeper.allBalancesStore(ctx).iterate()) {
          const length = key[0] ?? 0;
          const denom = fromUtf8(key.subarray(1 + length));
          const address = key.slice(1, 1 + length);
          if (!keeper.holderStore(ctx, denom).has(address)) return `a holder of ${denom} is not in the index`;
        }
        return undefined;
      },
    },
  ];
}
