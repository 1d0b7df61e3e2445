// x/orders: orders, their money and their way from creation to fulfilment.

import type { AppModule, MsgHandler } from "../../src/baseapp/module.ts";
import { exceptionMsgs } from "./crossChain/exceptionMsgs.ts";
import { InboundMoney } from "./crossChain/inbound.ts";
import { refundMsgs } from "./crossChain/refundMsgs.ts";
import { ordersGenesis } from "./genesis.ts";
import { ordersInvariants } from "./invariants.ts";
import type { OrdersKeeper } from "./keeper.ts";
import { ORDERS } from "./keys.ts";
import { createMsgs } from "./msgs/create.ts";
import { disputeMsgs } from "./msgs/disputes.ts";
import { goodsMsgs } from "./msgs/goods.ts";
import { governanceMsgs } from "./msgs/governance.ts";
import { lifecycleMsgs } from "./msgs/lifecycle.ts";
import { merchantMsgs } from "./msgs/merchants.ts";
import { payMsgs } from "./msgs/pay.ts";
import { ordersQueries } from "./queries.ts";

function ordersMsgs(keeper: OrdersKeeper): readonly MsgHandler[] {
  const typeUrls = () => new Set(msgs.map(({ typeUrl }) => typeUrl));
  const msgs: readonly MsgHandler[] = [
    ...createMsgs(keeper),
    ...payMsgs(keeper),
    ...goodsMsgs(keeper),
    ...lifecycleMsgs(keeper),
    ...disputeMsgs(keeper),
    ...refundMsgs(keeper),
    ...exceptionMsgs(keeper, new InboundMoney(keeper)),
    ...merchantMsgs(keeper),
    ...governanceMsgs(keeper, typeUrls),
  ];
  return msgs;
}

/** The module. */
export function ordersModule(keeper: OrdersKeeper): AppModule {
  return {
    name: ORDERS,
    storeNames: [ORDERS],
    msgs: ordersMsgs(keeper),
    queries: ordersQueries(keeper),
    genesis: ordersGenesis(keeper),
    invariants: ordersInvariants(keeper),
    endBlock: (ctx) => {
      keeper.queues.expireOrders(ctx);
      keeper.queues.releaseEscrows(ctx);
    },
  };
}
