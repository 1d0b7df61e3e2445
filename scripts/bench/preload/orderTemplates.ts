// Orders as the chain itself makes them, one in each status of the usual way, to be copied with other parties: what the copies hold
// is what the messages wrote, so that all invariants hold of them.

import { emptyApp } from "../../../app/genesis.ts";
import type { Order, Payment } from "../../../gen/stateset/orders/v1/types.ts";
import { RequestInitChain } from "../../../gen/tendermint/abci/types.ts";
import { encodeAddress } from "../../../src/codec/address.ts";
import { utf8 } from "../../../src/codec/bytes.ts";
import { timestampFromNs } from "../../../src/codec/time.ts";
import { createGenesisDoc } from "../../../src/devnet/genesisFile.ts";
import { ordersGenesis } from "../../../x/orders/genesis.ts";
import { depositAddressOf, makeId } from "../../../x/orders/ids.ts";
import { BENCH_CHAIN_ID, type LoadTx, makeAccounts, signLoadTx } from "../load/accounts.ts";
import { createOrder, deliverOrder, fulfillOrder, orderIdOf, payOrder, shipOrder } from "../orderTxs.ts";

/** How far an order of the preload is. */
export const STAGES = ["created", "paid", "fulfilled", "shipped", "delivered"] as const;
export type Stage = (typeof STAGES)[number];

/** An order with its payments. */
export interface OrderState {
  readonly order: Order;
  readonly payments: readonly Payment[];
}

const SECOND_NS = 1_000_000_000n;
/** The merchant and its customer. */
const PARTIES = makeAccounts(2);

/** The states of one order on its way, which ends at a time (nanoseconds since 1970). */
export function makeTemplates(untilNs: bigint): Readonly<Record<Stage, OrderState>> {
  const [merchant, customer] = PARTIES as [(typeof PARTIES)[number], (typeof PARTIES)[number]];
  const { address } = merchant;
  const app = emptyApp();
  const firstNs = untilNs - BigInt(STAGES.length + 1) * SECOND_NS;
  const doc = createGenesisDoc({
    ...{ chainId: BENCH_CHAIN_ID, timeNs: firstNs, validators: [], appState: app.defaultGenesis() },
    accounts: PARTIES.map((party) => ({ address: party.address, coins: [{ denom: "uusdc", amount: 10n ** 12n }] })),
  });
  app.initChain(
    RequestInitChain.fromPartial({
      chainId: BENCH_CHAIN_ID,
      time: timestampFromNs(firstNs),
      initialHeight: 1n,
      appStateBytes: utf8(JSON.stringify(doc.app_state)),
    }),
  );
  const stateAfter = (tx: LoadTx): OrderState => {
    const height = app.block.height + 1;
    const place = { accountNumber: 0n, sequence: BigInt(height - 1) };
    const { response } = app.finalizeBlock({
      height,
      timeNs: firstNs + BigInt(height) * SECOND_NS,
      txs: [app.decode(signLoadTx(merchant, tx, place))],
      proposerAddress: new Uint8Array(20),
    });
    app.commit();
    const [result] = response.txResults;
    if (result?.code !== 0) throw new Error(`${tx.typeUrl} failed: ${result?.log}`);
    const { orders, payments } = ordersGenesis(app.orders).export(app.queryContext());
    return { order: orders[0]!, payments };
  };
  const id = orderIdOf(address, 1);
  return {
    created: stateAfter(createOrder(address, customer.address)),
    paid: stateAfter(payOrder(address, id)),
    fulfilled: stateAfter(fulfillOrder(address, id)),
    shipped: stateAfter(shipOrder(address, id)),
    delivered: stateAfter(deliverOrder(address, id)),
  };
}

/** A template as the order of others. */
export function copyOrder(
  template: OrderState,
  to: { readonly merchant: string; readonly customer: string; readonly count: number },
): OrderState {
  const { merchant, customer } = to;
  const own = template.order.merchant;
  const renamed = (address: string) => (address === own ? merchant : address);
  const id = orderIdOf(merchant, to.count);
  const order = {
    ...template.order,
    ...{ id, creator: merchant, merchant, customer },
    depositAddress: encodeAddress(depositAddressOf(BENCH_CHAIN_ID, id)),
    timeline: template.order.timeline.map((entry) => ({ ...entry, actor: renamed(entry.actor) })),
  };
  const payments = template.payments.map((payment) => ({
    ...payment,
    id: makeId("pay", BENCH_CHAIN_ID, id, BigInt(payment.sequence)),
    ...{ orderId: id, payer: renamed(payment.payer) },
    refundAddress: payment.refundAddress && {
      ...payment.refundAddress,
      localAddress: renamed(payment.refundAddress.localAddress),
    },
  }));
  return { order, payments };
}
