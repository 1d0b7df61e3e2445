// Mints of CCTP as x/orders sees them, for tests: the money is there, then the receipt is told.

import type { PaymentException, Refund } from "../../../gen/stateset/orders/v1/types.ts";
import type { Event } from "../../../gen/tendermint/abci/types.ts";
import type { MintReceipt } from "../../../src/cctp/mintReceipt.ts";
import { encodeOrderHook, type RefundTarget } from "../../../src/cctp/orderHook.ts";
import { decodeAddress, encodeAddress } from "../../../src/codec/address.ts";
import { utf8 } from "../../../src/codec/bytes.ts";
import { sha256 } from "../../../src/crypto/hash.ts";
import { InboundMoney } from "../crossChain/inbound.ts";
import { OrderPayments } from "../crossChain/receiver.ts";
import { ESCROW_ADDRESS } from "../keeper/escrow.ts";
import type { OrdersWorld } from "./ordersWorld.ts";

/** The burn's sender in the tests: an exchange, where nothing may ever be sent back to. */
export const EXCHANGE = new Uint8Array(32).fill(0xee, 12);

/** A payer's own address on another chain. */
export function remoteAccount(byte: number, domain = 3): RefundTarget {
  return { domain, address: new Uint8Array(32).fill(byte, 12) };
}

let count = 0;

/** A receipt of 1000 USDC by V2 from domain 3. */
export function receiptOf(parts: Partial<MintReceipt>): MintReceipt {
  count += 1;
  const cctpVersion = parts.cctpVersion ?? 2;
  return {
    cctpVersion,
    sourceDomain: 3,
    nonce: sha256(utf8(`${count}`)).subarray(0, cctpVersion === 1 ? 8 : 32),
    messageHash: sha256(utf8(`message ${count}`)),
    mintRecipient: ESCROW_ADDRESS,
    amount: 1_000_000_000n,
    feeExecuted: 0n,
    denom: "uusdc",
    burnToken: new Uint8Array(32).fill(1),
    messageSender: EXCHANGE,
    finalityThresholdExecuted: 2000,
    hookData: new Uint8Array(0),
    ...parts,
  };
}

/** Mints, and tells x/orders of it. Throws when that refuses: it never may. */
export function mint(world: OrdersWorld, parts: Partial<MintReceipt>): readonly Event[] {
  const receipt = receiptOf(parts);
  if (receipt.amount > 0n) world.fund(encodeAddress(receipt.mintRecipient), `${receipt.amount}${receipt.denom}`);
  const receiver = new OrderPayments(world.orders, new InboundMoney(world.orders));
  const { failure, events } = world.run((ctx) => receiver.onCctpMessageReceived(ctx, receipt));
  if (failure !== undefined) throw new Error(`a mint was refused: ${failure.log}`);
  return events;
}

/** The deposit address of an order, as mints name it. */
export function depositOf(world: OrdersWorld, orderId: string): Uint8Array {
  return decodeAddress(world.order(orderId).depositAddress);
}

/** Hook data that names an order. */
export function hookFor(orderId: string, refund?: RefundTarget): Uint8Array {
  return encodeOrderHook({ orderId, refund });
}

interface Exported {
  readonly refunds: readonly Refund[];
  readonly exceptions: readonly PaymentException[];
}

/** All refunds, oldest first. */
export function refundsOf(world: OrdersWorld): readonly Refund[] {
  return [...(world.exported() as Exported).refunds].sort((a, b) => a.sequence - b.sequence);
}

/** All entries of the exception ledger. */
export function exceptionsOf(world: OrdersWorld): readonly PaymentException[] {
  return (world.exported() as Exported).exceptions;
}
