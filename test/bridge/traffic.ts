// Transfers of all kinds between the chains of a devnet, and what must have become of each when it is over: every message
// delivered exactly once in effect.

import { randomBytes } from "node:crypto";
import type { EncodeObject } from "@cosmjs/proto-signing";
import { createWalletClient, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { MsgCreateOrdersResponse } from "../../gen/stateset/orders/v1/tx.ts";
import { encodeOrderHook } from "../../src/cctp/orderHook.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { fromHex } from "../../src/codec/bytes.ts";
import { moduleAddress } from "../../src/crypto/address.ts";
import type { LocalEvmChain } from "../../src/devnet/evm/evmChain.ts";
import { hexOf } from "../../src/relayer/journal/record.ts";
import { burnCall, type EvmBurn, freshEvmAddress, LOCAL_DOMAIN, padded, type Signer } from "../e2e/bridge.ts";

const FEE_PER_MESSAGE = 20_000;
const GAS_PER_MESSAGE = 400_000;
const ESCROW = encodeAddress(moduleAddress("orders"));
const ORDER_TOTAL = 5_000_000n;
/** Messages of one transaction on our chain. */
const BATCH = 20;
const RECEIPT_POLL_MS = 25;

/** What somebody must have when everything has arrived. */
export interface Expected {
  /** Undefined: our chain. */
  readonly chain: LocalEvmChain | undefined;
  readonly address: string;
  readonly amount: bigint;
}

/** Who sends, and where. */
export interface TrafficParts {
  readonly evm: readonly LocalEvmChain[];
  readonly sender: Signer;
  readonly merchant: Signer;
  readonly random: () => number;
}

/** An order that was made, and where its refund goes. */
interface Order {
  readonly orderId: string;
  readonly from: LocalEvmChain;
  readonly home: string;
}

/** Makes transfers. */
export class Traffic {
  readonly expected: Expected[] = [];
  readonly orders: Order[] = [];
  readonly #parts: TrafficParts;
  burns = 0;

  constructor(parts: TrafficParts) {
    this.#parts = parts;
  }

  #amount(): bigint {
    return 1n + BigInt(Math.floor(this.#parts.random() * 1_000_000));
  }

  #version(): 1 | 2 {
    return this.#parts.random() < 0.5 ? 1 : 2;
  }

  /** A transfer to somebody new. */
  #transferTo(chain: LocalEvmChain | undefined): EvmBurn {
    const address = chain === undefined ? encodeAddress(randomBytes(20)) : freshEvmAddress();
    const amount = this.#amount();
    this.expected.push({ chain, address, amount });
    return { version: this.#version(), to: chain?.domain ?? LOCAL_DOMAIN, recipient: address, amount };
  }

  /** Transfers from an EVM chain, of which two of three go to ours. */
  async fromEvm(chain: LocalEvmChain, account: number, count: number): Promise<void> {
    const other = this.#parts.evm.find(({ domain }) => domain !== chain.domain);
    const burns = Array.from({ length: count }, (_, index) => this.#transferTo(index % 3 === 2 ? other : undefined));
    await this.#burn(chain, account, burns);
  }

  /** Sends all, and waits for the last. */
  async #burn(chain: LocalEvmChain, account: number, burns: readonly EvmBurn[]): Promise<void> {
    const holder = privateKeyToAccount(hexOf(chain.accounts[account]!.privKey));
    const wallet = createWalletClient({ account: holder, transport: http(chain.rpcUrl) });
    let nonce = await chain.client.getTransactionCount({ address: holder.address });
    const hashes: Hex[] = [];
    for (const burn of burns) {
      const { to, data } = burnCall(chain, burn);
      hashes.push(await wallet.sendTransaction({ to, data, chain: null, nonce: nonce++, gas: 400_000n }));
    }
    for (const hash of hashes) {
      const receipt = await chain.client.waitForTransactionReceipt({ hash, pollingInterval: RECEIPT_POLL_MS });
      if (receipt.status !== "success") throw new Error(`the burn ${hash} failed`);
    }
    this.burns += burns.length;
  }

  /** Transfers from our chain, several in one transaction. */
  async fromOurs(count: number): Promise<void> {
    const { evm, sender } = this.#parts;
    const messages = Array.from({ length: count }, (_, index): EncodeObject => {
      const { version, to, recipient, amount } = this.#transferTo(evm[index % evm.length]);
      const common = {
        from: sender.address,
        amount: amount.toString(),
        destinationDomain: to,
        mintRecipient: fromHex(padded(recipient).slice(2)),
        burnToken: "uusdc",
      };
      if (version === 1) return { typeUrl: "/circle.cctp.v1.MsgDepositForBurn", value: common };
      const value = { ...common, destinationCaller: new Uint8Array(0), maxFee: "0", minFinalityThreshold: 2000 };
      return { typeUrl: "/circle.cctp.v2.MsgDepositForBurn", value };
    });
    await sendAll(sender, messages);
    this.burns += count;
  }

  /** Orders that are paid from EVM chains by the hook, each with an address for its refund. */
  async payOrders(count: number, account: number): Promise<void> {
    const { evm, merchant } = this.#parts;
    const total = ORDER_TOTAL.toString();
    const order = {
      merchant: merchant.address,
      denom: "uusdc",
      total,
      items: [{ sku: "A", quantity: 1, unitPrice: total }],
    };
    const typeUrl = "/stateset.orders.v1.MsgCreateOrders";
    const value = { creator: merchant.address, orders: Array.from({ length: count }, () => order) };
    const { msgResponses } = await sendAll(merchant, [{ typeUrl, value: complete(merchant, typeUrl, value) }], count);
    const { orderIds } = MsgCreateOrdersResponse.decode(msgResponses[0]!.value);
    const made = orderIds.map((orderId, index): Order => {
      return { orderId, from: evm[index % evm.length]!, home: freshEvmAddress() };
    });
    this.orders.push(...made);
    await Promise.all(
      evm.map((chain) => {
        const ours = made.filter(({ from }) => from === chain);
        return this.#burn(
          chain,
          account,
          ours.map(({ orderId, home }) => paymentOf(orderId, chain, home)),
        );
      }),
    );
  }

  /** Cancels orders that are paid: their refunds go home. */
  async refund(orders: readonly Order[]): Promise<void> {
    const { merchant } = this.#parts;
    const messages = orders.map(({ orderId }): EncodeObject => {
      return {
        typeUrl: "/stateset.orders.v1.MsgCancelOrder",
        value: { signer: merchant.address, orderId, reason: "" },
      };
    });
    await sendAll(merchant, messages);
    for (const { from, home } of orders) this.expected.push({ chain: from, address: home, amount: ORDER_TOTAL });
    this.burns += orders.length;
  }
}

function paymentOf(orderId: string, { domain }: LocalEvmChain, home: string): EvmBurn {
  const hook = { orderId, refund: { domain, address: fromHex(padded(home).slice(2)) } };
  return {
    version: 2,
    to: LOCAL_DOMAIN,
    recipient: ESCROW,
    amount: ORDER_TOTAL,
    // Domain 0 is a domain like any other.
    hookData: hexOf(encodeOrderHook(hook)),
  };
}

/** A message with every field, which the generated encoders want. */
function complete({ client }: Signer, typeUrl: string, value: object): object {
  const codec = client.registry.lookupType(typeUrl) as unknown as { fromPartial(value: object): object };
  return codec.fromPartial(value);
}

/** Sends messages in as few transactions as they fit. Returns the last result. */
async function sendAll({ client, address }: Signer, messages: readonly EncodeObject[], weight = 1) {
  let result: Awaited<ReturnType<typeof client.signAndBroadcast>> | undefined;
  for (let index = 0; index < messages.length; index += BATCH) {
    const some = messages.slice(index, index + BATCH);
    const count = some.length * weight;
    const amount = [{ denom: "uusdc", amount: String(FEE_PER_MESSAGE * count) }];
    const fee = { amount, gas: String(GAS_PER_MESSAGE * count) };
    result = await client.signAndBroadcast(address, some, fee);
    if (result.code !== 0) throw new Error(`the transaction failed: ${result.rawLog}`);
  }
  if (result === undefined) throw new Error("nothing to send");
  return result;
}
