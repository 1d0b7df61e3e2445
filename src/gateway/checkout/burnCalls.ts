// The two transactions by which USDC of an EVM chain pays an order: an allowance, and a burn whose mint recipient is the
// order's deposit address.

import { encodeFunctionData, type Hex } from "viem";
import { addressToBytes32 } from "../../cctp/bytes32.ts";
import { TOKEN_MESSENGER_V1_ABI, TOKEN_MESSENGER_V2_ABI, USDC_ABI } from "../../cctp/evmAbi.ts";
import { encodeOrderHook } from "../../cctp/orderHook.ts";
import { decodeAddress } from "../../codec/address.ts";
import { fromHex, toHex } from "../../codec/bytes.ts";
import type { CheckoutState } from "./checkoutState.ts";
import type { EvmAddress } from "./paymentChain.ts";
import type { PaymentRoute } from "./paymentChains.ts";

/** A call of a contract. */
export interface Call {
  readonly to: EvmAddress;
  readonly data: Hex;
  /** What it is, for people. */
  readonly signature: string;
  readonly args: readonly (readonly [name: string, value: string])[];
}

/** What a payer sends, in this order. Amounts in micro-units. */
export interface BurnCalls {
  readonly amount: bigint;
  /** What the transfer may cost; contained in the amount. */
  readonly maxFee: bigint;
  readonly approve: Call;
  readonly burn: Call;
}

/** Standard transfers: what is final on the source chain. Enough for orders of any value. */
const FINALIZED = 2000;
const FEE_DENOMINATOR = 10_000_000n;
const ANYBODY: Hex = `0x${"00".repeat(32)}`;

/** TokenMessengerV2's own arithmetic: at least 1 where there is a fee at all. */
function leastFee(amount: bigint, minFee: bigint): bigint {
  if (minFee === 0n) return 0n;
  const fee = (amount * minFee) / FEE_DENOMINATOR;
  return fee === 0n ? 1n : fee;
}

/** What to burn so that the order gets what is due even when the whole fee is taken. Throws RangeError. */
export function grossAmount(due: bigint, minFee: bigint): { readonly amount: bigint; readonly maxFee: bigint } {
  if (minFee < 0n || minFee >= FEE_DENOMINATOR) throw new RangeError("minFee: expected less than the whole");
  // The fee grows with the amount and by less than it does, so that this ends.
  for (let amount = due; ; ) {
    const maxFee = leastFee(amount, minFee);
    if (amount - maxFee >= due) return { amount, maxFee };
    amount = due + maxFee;
  }
}

/** The mint recipient of an order: its deposit address as 32 bytes. */
export function mintRecipientOf(depositAddress: string): Hex {
  return `0x${toHex(addressToBytes32(decodeAddress(depositAddress)))}`;
}

function approveCall({ chain, tokenMessenger }: PaymentRoute, amount: bigint): Call {
  return {
    to: chain.usdc,
    data: encodeFunctionData({ abi: USDC_ABI, functionName: "approve", args: [tokenMessenger, amount] }),
    signature: "approve(address,uint256)",
    args: [
      ["spender", tokenMessenger],
      ["value", amount.toString()],
    ],
  };
}

function burnV1({ chain, tokenMessenger, localDomain }: PaymentRoute, amount: bigint, recipient: Hex): Call {
  const args = [amount, localDomain, recipient, chain.usdc] as const;
  return {
    to: tokenMessenger,
    data: encodeFunctionData({ abi: TOKEN_MESSENGER_V1_ABI, functionName: "depositForBurn", args }),
    signature: "depositForBurn(uint256,uint32,bytes32,address)",
    args: [
      ["amount", amount.toString()],
      ["destinationDomain", String(localDomain)],
      ["mintRecipient", recipient],
      ["burnToken", chain.usdc],
    ],
  };
}

interface BurnV2 {
  readonly amount: bigint;
  readonly maxFee: bigint;
  readonly recipient: Hex;
  readonly hookData: Hex | undefined;
}

function burnV2({ chain, tokenMessenger, localDomain }: PaymentRoute, burn: BurnV2): Call {
  const { amount, maxFee, recipient, hookData } = burn;
  const args = [amount, localDomain, recipient, chain.usdc, ANYBODY, maxFee, FINALIZED] as const;
  const named: Call["args"] = [
    ["amount", amount.toString()],
    ["destinationDomain", String(localDomain)],
    ["mintRecipient", recipient],
    ["burnToken", chain.usdc],
    ["destinationCaller", ANYBODY],
    ["maxFee", maxFee.toString()],
    ["minFinalityThreshold", String(FINALIZED)],
  ];
  if (hookData === undefined) {
    return {
      to: tokenMessenger,
      data: encodeFunctionData({ abi: TOKEN_MESSENGER_V2_ABI, functionName: "depositForBurn", args }),
      signature: "depositForBurn(uint256,uint32,bytes32,address,bytes32,uint256,uint32)",
      args: named,
    };
  }
  return {
    to: tokenMessenger,
    data: encodeFunctionData({
      abi: TOKEN_MESSENGER_V2_ABI,
      functionName: "depositForBurnWithHook",
      args: [...args, hookData],
    }),
    signature: "depositForBurnWithHook(uint256,uint32,bytes32,address,bytes32,uint256,uint32,bytes)",
    args: [...named, ["hookData", hookData]],
  };
}

/**
 * The calls that pay what is due. With a payer, a V2 burn carries the order and the payer as refund address: nothing else
 * says where money would go back to.
 */
export function burnCalls(state: CheckoutState, route: PaymentRoute, payer?: EvmAddress): BurnCalls {
  const recipient = mintRecipientOf(state.depositAddress);
  const minFee = route.version === 1 ? 0n : (route.chain.minFee ?? 0n);
  const { amount, maxFee } = grossAmount(state.due, minFee);
  const approve = approveCall(route, amount);
  if (route.version === 1) return { amount, maxFee, approve, burn: burnV1(route, amount, recipient) };
  const hookData: Hex | undefined =
    payer === undefined
      ? undefined
      : `0x${toHex(
          encodeOrderHook({
            orderId: state.orderId,
            refund: { domain: route.chain.domain, address: addressToBytes32(fromHex(payer.slice(2))) },
          }),
        )}`;
  return { amount, maxFee, approve, burn: burnV2(route, { amount, maxFee, recipient, hookData }) };
}
