// Cases: the default genesis; what many random orders left is exported, starts a new chain, and is exported the same, with
// the same queues; refusals, each breaking one thing.

import { describe, expect, test } from "vitest";
import { GenesisState } from "../../gen/stateset/orders/v1/genesis.ts";
import { DEFAULT_PARAMS } from "./params.ts";
import { GOV, OrdersWorld } from "./testing/ordersWorld.ts";
import { Simulation } from "./testing/simulation.ts";

function genesisOf(world: OrdersWorld) {
  const genesis = world.modules.at(-1)?.genesis;
  if (genesis === undefined) throw new Error("x/orders has no genesis");
  return genesis;
}

describe("x/orders genesis", () => {
  test("default: no orders, the default parameters", () => {
    const genesis = genesisOf(new OrdersWorld());
    expect(genesis.defaultGenesis()).toMatchObject({ params: DEFAULT_PARAMS, orders: [] });
    genesis.validate(genesis.defaultGenesis());
  });

  test("behavior: export after init is the same, and so are the queues", () => {
    const simulation = new Simulation(11);
    for (let block = 0; block < 100; block += 1) expect(simulation.block(10)).toEqual([]);
    const exported = simulation.world.exported() as GenesisState;
    expect(exported.orders.length).toBeGreaterThan(20);
    const again = GenesisState.decode(GenesisState.encode(exported).finish());
    const world = new OrdersWorld();
    const genesis = genesisOf(world);
    genesis.validate(again);
    genesis.init(world.context("genesis"), again);
    expect(world.exported()).toEqual(exported);
    // Only the escrow is missing: balances are of another module.
    expect(world.broken().map((text) => text.split(":")[0])).toEqual(["orders/escrow"]);
  });

  const world = new OrdersWorld();
  const id = world.create();
  const good = () => GenesisState.decode(GenesisState.encode(world.exported() as GenesisState).finish());
  test.each<readonly [string, (genesis: GenesisState) => void, RegExp]>([
    ["no parameters", (g) => Object.assign(g, { params: undefined }), /params are missing/],
    ["wrong parameters", (g) => Object.assign(g.params!, { denoms: [] }), /denoms/],
    ["a malformed id", (g) => Object.assign(g.orders[0]!, { id: "ord_1" }), /not the id/],
    ["an order twice", (g) => g.orders.push(g.orders[0]!), /is not behind/],
    ["a stray payment", (g) => g.payments.push(strayPayment()), /which there is not/],
    ["merchants unsorted", (g) => g.merchants.push(merchant("b"), merchant("a")), /is not behind/],
  ])("error: %s", (_what, breakIt, text) => {
    const genesis = good();
    genesisOf(world).validate(genesis);
    breakIt(genesis);
    expect(() => genesisOf(world).validate(genesis)).toThrow(text);
  });

  test("error: fees to a module, which only the application knows", () => {
    const genesis = good();
    Object.assign(genesis.params!, { feeRecipient: GOV });
    expect(() => genesisOf(world).init(world.context("genesis"), genesis)).toThrow(/fee_recipient/);
  });

  function strayPayment() {
    const { payments } = GenesisState.fromPartial({
      payments: [{ id: id.replace("ord_", "pay_"), orderId: "ord_other", sequence: 1 }],
    });
    return payments[0]!;
  }

  function merchant(address: string) {
    return GenesisState.fromPartial({ merchants: [{ address }] }).merchants[0]!;
  }
});
