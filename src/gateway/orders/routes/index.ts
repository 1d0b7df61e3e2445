// All routes of orders and their money.

import { addCardRoutes } from "../../cards/routes.ts";
import { addConditionRoutes } from "../../conditions/routes.ts";
import type { RouteModule } from "../../http/routeModule.ts";
import { addPartyRoutes } from "../../parties/routes.ts";
import { OrderReads } from "../orderReads.ts";
import { ORDER_SCHEMAS } from "../schemas.ts";
import { LastWrites } from "../writes.ts";
import { addCreateRoutes } from "./create.ts";
import { addLifecycleRoutes } from "./lifecycle.ts";
import { addMerchantRoutes } from "./merchant.ts";
import { addMoneyRoutes } from "./money.ts";
import { addPayRoutes } from "./pay.ts";
import { addReadRoutes } from "./read.ts";

/** Adds them. */
export const orderRoutes: RouteModule = (app, parts) => {
  for (const schema of ORDER_SCHEMAS) app.addSchema(schema);
  const reads = new OrderReads(parts, new LastWrites());
  for (const add of [
    addCreateRoutes,
    addPayRoutes,
    addLifecycleRoutes,
    addReadRoutes,
    addMoneyRoutes,
    addMerchantRoutes,
    addCardRoutes,
    addPartyRoutes,
    addConditionRoutes,
  ]) {
    add(app, reads);
  }
};
