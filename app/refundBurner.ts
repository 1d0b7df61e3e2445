// How x/orders sends refunds to other chains: by the version of CCTP that the payment came with.

import type { Context } from "../src/baseapp/context.ts";
import { zeroBytes32 } from "../src/cctp/bytes32.ts";
import { messageHash } from "../src/cctp/messageHash.ts";
import type { Cctp } from "../x/cctp/module.ts";
import { FINALITY_THRESHOLD_FINALIZED, minFeeAmount } from "../x/cctp/v2/types.ts";
import type { RefundBurn, RefundBurner } from "../x/orders/expected.ts";

/** Burns of V2 get their nonce from the attesters. */
const NO_NONCE = 0n;

/** The burner over x/cctp, which is made after x/orders: each tells the other of money. */
export function refundBurner(cctp: () => Cctp): RefundBurner {
  return {
    localDomain: (ctx) => cctp().keeper.localDomain(ctx),
    depositForBurn: (ctx, burn) => (burn.cctpVersion === 1 ? burnV1(cctp(), ctx, burn) : burnV2(cctp(), ctx, burn)),
  };
}

function burnV1({ sender }: Cctp, ctx: Context, { denom: burnToken, ...burn }: RefundBurn) {
  const { nonce, message } = sender.depositForBurn(ctx, { ...burn, burnToken, destinationCaller: undefined });
  return { nonce, messageHash: messageHash(message) };
}

/** A finalized transfer, which costs the minimum fee where there is one and nothing otherwise. */
function burnV2({ v2 }: Cctp, ctx: Context, burn: RefundBurn) {
  const hash = v2.sender.depositForBurn(ctx, {
    ...burn,
    destinationCaller: zeroBytes32(),
    maxFee: minFeeAmount(burn.amount, v2.keeper.minFee(ctx)),
    minFinalityThreshold: FINALITY_THRESHOLD_FINALIZED,
    hookData: undefined,
  });
  return { nonce: NO_NONCE, messageHash: hash };
}
