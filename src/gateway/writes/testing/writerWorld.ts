// A chain of its own, and writers over it, for tests: merchants that are the devnet's accounts and sign for themselves.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MsgSend } from "../../../../gen/cosmos/bank/v1beta1/tx.ts";
import type { Any } from "../../../../gen/google/protobuf/any.ts";
import { MsgCreateOrder, MsgCreateOrders } from "../../../../gen/stateset/orders/v1/tx.ts";
import { encodeMessage, typeUrlOf } from "../../../codec/message.ts";
import { type Devnet, startDevnet } from "../../../devnet/devnet.ts";
import { type ApiKey, SCOPES } from "../../parts.ts";
import type { SignerKeys } from "../writerOptions.ts";

/** The API key of a merchant that signs for itself. */
export function ownKey(address: string, id = `key_${address.slice(-8)}`): ApiKey {
  return { id, kind: "test", scopes: new Set(SCOPES), merchant: address, signer: address };
}

/** An order of one item, named by its customer id. */
export function orderMessage(merchant: string, customerId: string, unitPrice = "1000000"): Any {
  const items = [{ sku: "SKU", quantity: 1, unitPrice }];
  const order = { merchant, customerId, denom: "uusdc", items, total: unitPrice };
  return {
    typeUrl: typeUrlOf(MsgCreateOrder),
    value: encodeMessage(MsgCreateOrder, MsgCreateOrder.fromPartial({ creator: merchant, order })),
  };
}

/** A transfer of micro-units. */
export function sendMessage(fromAddress: string, toAddress: string, amount: string): Any {
  const message = MsgSend.fromPartial({ fromAddress, toAddress, amount: [{ denom: "uusdc", amount }] });
  return { typeUrl: typeUrlOf(MsgSend), value: encodeMessage(MsgSend, message) };
}

/** Keys of the devnet's accounts. */
export function devnetKeys({ accounts }: Pick<Devnet, "accounts">): SignerKeys {
  return {
    async privKeyOf(signer) {
      const account = accounts.find(({ address }) => address === signer);
      if (account === undefined) throw new Error(`no key of ${signer}`);
      return account.privKey;
    },
  };
}

/** A devnet in a folder of its own. */
export async function startTestChain(): Promise<Devnet> {
  const home = mkdtempSync(join(tmpdir(), "gateway-writes-"));
  const devnet = await startDevnet({
    ...{ home, freePorts: true, blockIntervalMs: 20, emptyBlockIntervalMs: 300, logLevel: "silent" },
  });
  return {
    ...devnet,
    async close() {
      await devnet.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Many orders in one message: much gas for few bytes. */
export function ordersMessage(merchant: string, count: number): Any {
  const order = {
    merchant,
    customerId: "c",
    denom: "uusdc",
    items: [{ sku: "S", quantity: 1, unitPrice: "1" }],
    total: "1",
  };
  const message = MsgCreateOrders.fromPartial({
    creator: merchant,
    orders: Array.from({ length: count }, () => order),
  });
  return { typeUrl: typeUrlOf(MsgCreateOrders), value: encodeMessage(MsgCreateOrders, message) };
}
