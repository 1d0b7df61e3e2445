// What a transaction costs: rules that need no state.

import type { Params } from "../../gen/stateset/fees/v1/fees.ts";
import { checkDenom } from "../../src/codec/coins.ts";
import { parseUint } from "../../src/codec/integer.ts";
import { FEE_AMOUNT_BITS, GAS_PRICE_BITS, GAS_PRICE_UNIT } from "../../src/codec/priceList.ts";

/** Entries of the fee table. */
const MESSAGE_FEES_MAX = 1000;

const FEE_DENOM = "uusdc";
const ORDERS = "/stateset.orders.v1.Msg";
/** Micro-units that each message of x/orders costs: an order 0.001 USDC, a payment 0.01, a change of status 0.0005. */
const ORDER_FEES: Readonly<Record<"create" | "pay" | "update", bigint>> = { create: 1000n, pay: 10_000n, update: 500n };
/** Sorted. Messages for many orders are not listed: they are priced by gas, which grows with their number. */
const FLAT_FEES: readonly (readonly [name: string, amount: bigint])[] = [
  ["CancelOrder", ORDER_FEES.update],
  ["CapturePayment", ORDER_FEES.update],
  ["CreateAndPayOrder", ORDER_FEES.create + ORDER_FEES.pay],
  ["CreateOrder", ORDER_FEES.create],
  ["DeliverOrder", ORDER_FEES.update],
  ["FulfillOrder", ORDER_FEES.update],
  ["HoldOrder", ORDER_FEES.update],
  ["OpenDispute", ORDER_FEES.update],
  ["PayOrder", ORDER_FEES.pay],
  ["RefundOrder", ORDER_FEES.update],
  ["ReleaseOrder", ORDER_FEES.update],
  ["ResolveDispute", ORDER_FEES.update],
  ["ReturnOrder", ORDER_FEES.update],
  ["ShipOrder", ORDER_FEES.update],
];

/**
 * 0.001 uusdc for a unit of gas: a transfer of 100,000 gas costs 100 uusdc, a hundredth of a cent. Wallets are told to
 * offer 0.025, what most chains of this kind ask for.
 */
export const DEFAULT_PARAMS: Params = Object.freeze({
  denom: FEE_DENOM,
  minGasPrice: (GAS_PRICE_UNIT / 1000n).toString(),
  walletGasPrice: (GAS_PRICE_UNIT / 40n).toString(),
  messageFees: FLAT_FEES.map(([name, amount]) => ({
    typeUrl: `${ORDERS}${name}`,
    fee: { denom: FEE_DENOM, amount: amount.toString() },
  })),
});

/** What is wrong with parameters, or undefined. */
export function checkParams({ denom, minGasPrice, walletGasPrice, messageFees }: Params): string | undefined {
  const problem = checkDenom(denom) ?? checkPrices({ minGasPrice, walletGasPrice });
  if (problem !== undefined) return problem;
  if (messageFees.length > MESSAGE_FEES_MAX) return `more than ${MESSAGE_FEES_MAX} message fees`;
  let last = "";
  for (const { typeUrl, fee } of messageFees) {
    if (!/^\/[a-zA-Z0-9_.]+$/.test(typeUrl)) return `${typeUrl} is not the type URL of a message`;
    if (typeUrl <= last) return `message fees are sorted by type URL, each once; ${typeUrl} is not behind ${last}`;
    if (fee === undefined || fee.denom !== denom) return `the fee of ${typeUrl} is not in ${denom}`;
    if (!isUint(fee.amount, FEE_AMOUNT_BITS)) return `the fee of ${typeUrl} is not an amount: ${fee.amount}`;
    last = typeUrl;
  }
  return undefined;
}

function checkPrices({ minGasPrice, walletGasPrice }: Pick<Params, "minGasPrice" | "walletGasPrice">) {
  if (!isUint(minGasPrice, GAS_PRICE_BITS))
    return `min_gas_price: ${minGasPrice} is not a decimal that is not negative`;
  if (walletGasPrice === "") return undefined;
  if (!isUint(walletGasPrice, GAS_PRICE_BITS)) {
    return `wallet_gas_price: ${walletGasPrice} is not a decimal that is not negative`;
  }
  const [wallet, least] = [BigInt(walletGasPrice), BigInt(minGasPrice)];
  return wallet === 0n || wallet > least ? undefined : "wallet_gas_price is not above min_gas_price";
}

function isUint(text: string, bits: number): boolean {
  try {
    parseUint(text, bits);
    return true;
  } catch {
    // Not digits, a leading zero, or too large.
    return false;
  }
}
