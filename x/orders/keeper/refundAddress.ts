// Checks and brings into one form where money goes back to: an account of this chain, or one of another.

import type { Order, RefundAddress } from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { decodeAddress, encodeAddress } from "../../../src/codec/address.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { ADDRESS_BYTES } from "../../../src/crypto/address.ts";
import { ErrInvalidRefundAddress } from "../errors.ts";
import type { RefundBurner } from "../expected.ts";
import { requireAccount } from "../limits.ts";
import type { Escrow } from "./escrow.ts";

const ADDRESS32 = 32;
const PADDING = ADDRESS32 - ADDRESS_BYTES;

/** An account of this chain as a refund address. */
export function localRefundAddress(localAddress: string): RefundAddress {
  return { localAddress, domain: 0, address: new Uint8Array(0) };
}

/** 20 bytes as the 32 that CCTP carries. */
export function padAddress(address: Uint8Array): Uint8Array {
  const padded = new Uint8Array(ADDRESS32);
  padded.set(address, ADDRESS32 - address.length);
  return padded;
}

/** What is wrong with an address of another chain, or undefined. */
export function checkRemoteAddress(address: Uint8Array): string | undefined {
  if (address.length !== ADDRESS32) return `address has ${address.length} bytes, expected ${ADDRESS32}`;
  return address.every((byte) => byte === 0) ? "address is zero" : undefined;
}

/** Reads refund addresses. */
export class RefundAddresses {
  readonly #escrow: Escrow;
  readonly #burner: RefundBurner;
  readonly #isDeposit: (ctx: Context, address: Uint8Array) => boolean;

  constructor(escrow: Escrow, burner: RefundBurner, isDeposit: (ctx: Context, address: Uint8Array) => boolean) {
    this.#escrow = escrow;
    this.#burner = burner;
    this.#isDeposit = isDeposit;
  }

  /**
   * The address in its one form: the CCTP domain of this chain becomes an account of this chain. Throws
   * ErrInvalidRefundAddress, also where money would be stuck: accounts of modules and deposit addresses.
   */
  parse(ctx: Context, given: RefundAddress | undefined): RefundAddress {
    if (given === undefined) throw new ChainError(ErrInvalidRefundAddress, "it is missing");
    if (given.localAddress !== "") {
      if (given.domain !== 0 || given.address.length > 0) {
        throw new ChainError(ErrInvalidRefundAddress, "either local_address or domain and address");
      }
      return this.#local(ctx, given.localAddress);
    }
    const problem = checkRemoteAddress(given.address);
    if (problem !== undefined) throw new ChainError(ErrInvalidRefundAddress, problem);
    if (given.domain !== this.#burner.localDomain(ctx)) return given;
    if (given.address.subarray(0, PADDING).some((byte) => byte !== 0)) {
      throw new ChainError(ErrInvalidRefundAddress, `accounts of this chain have ${ADDRESS_BYTES} bytes`);
    }
    return this.#local(ctx, encodeAddress(given.address.subarray(PADDING)));
  }

  /** As `parse`, and undefined where there is none that is right: for addresses that strangers wrote. */
  tryParse(ctx: Context, given: RefundAddress | undefined): RefundAddress | undefined {
    if (given === undefined) return undefined;
    try {
      return this.parse(ctx, given);
    } catch (thrown) {
      if (thrown instanceof ChainError && thrown.kind === ErrInvalidRefundAddress) return undefined;
      throw thrown;
    }
  }

  #local(ctx: Context, text: string): RefundAddress {
    const account = requireAccount("local_address", text, ErrInvalidRefundAddress);
    if (this.#escrow.isBlocked(account) || this.#isDeposit(ctx, decodeAddress(account))) {
      throw new ChainError(ErrInvalidRefundAddress, `${account} is not an account that can be refunded to`);
    }
    return localRefundAddress(account);
  }
}

/** Whether an order's money can be claimed by somebody: its customer. */
export function isCustomer(order: Order | undefined, signer: string): boolean {
  return order !== undefined && order.customer !== "" && order.customer === signer;
}
