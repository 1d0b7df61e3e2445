// Cases: random burns, deliveries (right, wrong, replayed, expired, of other domains and signers), replacements, pauses,
// roles, lists, orders and refunds over both versions of CCTP, as signed transactions, and all of it again by x/authz. An
// independent bookkeeper says beforehand how each ends and what it emits, and after each block what every account, domain,
// nonce and order has; the invariants hold; every message of CCTP passes somewhere. The same seed gives the same state.
// Planted bugs are found. SEED and BLOCKS may be set.

import { describe, expect, test } from "vitest";
import { toHex } from "../src/codec/bytes.ts";
import type { ChainApp } from "./app.ts";
import { CrossChainSimulation } from "./testing/crossChainSimulation.ts";

const SEED = Number(process.env["SEED"] ?? "20261127");
const BLOCKS = Number(process.env["BLOCKS"] ?? "250");
const MOVES_PER_BLOCK = 12;
const BUG_BLOCKS_MAX = 100;

/** Runs blocks until something differs. */
function firstDifference(simulation: CrossChainSimulation, blocks: number): string | undefined {
  for (let block = 1; block <= blocks; block += 1) {
    const [difference] = simulation.block(MOVES_PER_BLOCK);
    if (difference !== undefined) return `block ${block}: ${difference}`;
  }
  return undefined;
}

/** `circle.cctp.v1.MsgSendMessage 3, …` */
function listed(counts: ReadonlyMap<string, number>): string {
  const entries = [...counts].map(([name, count]) => `${name.split(".").slice(-2).join(".")} ${count}`);
  return entries.sort().join(", ");
}

describe("random transfers between chains", () => {
  test.each([
    ["by those who sign", false],
    ["by x/authz", true],
  ])(
    `default: books and chain agree after each of ${BLOCKS} blocks, %s (seed ${SEED})`,
    { timeout: 240_000 },
    (_who, isByAgent) => {
      const simulation = new CrossChainSimulation(SEED, { isByAgent });
      expect(firstDifference(simulation, BLOCKS), `seed ${SEED}`).toBeUndefined();
      const { passed, refused, app } = simulation.world;
      console.log(`seed ${SEED}\npassed: ${listed(passed)}\nrefused: ${listed(refused)}`);
      const played = app.registry
        .services()
        .filter(({ name }) => /^circle\.cctp\.v[12]\.Msg$/.test(name))
        .flatMap(({ methods }) => methods.map(({ inputType }) => inputType));
      expect(played).toHaveLength(41);
      expect(played.filter((name) => !passed.has(name))).toEqual([]);
    },
  );

  test("behavior: the same seed comes to the same state", () => {
    const hashes = [new CrossChainSimulation(7), new CrossChainSimulation(7)].map((simulation) => {
      expect(firstDifference(simulation, 15)).toBeUndefined();
      return toHex(simulation.world.app.info().lastBlockAppHash);
    });
    expect(hashes[0]).toBe(hashes[1]);
  });
});

describe("planted bugs are found", () => {
  test.each<readonly [what: string, plant: (app: ChainApp) => void]>([
    [
      "a nonce that is not used up",
      ({ cctp }) => {
        cctp.useNonce = () => undefined;
      },
    ],
    [
      "a nonce that is given twice",
      ({ cctp }) => {
        cctp.setNextNonce = () => undefined;
      },
    ],
    [
      "a mint that is counted for another domain",
      ({ issuer }) => {
        const mint = issuer.mint.bind(issuer);
        issuer.mint = (ctx, asked) => mint(ctx, { ...asked, remoteDomain: 3 });
      },
    ],
    [
      "signatures that only Noble's module takes",
      ({ cctp }) => {
        cctp.isStrictEvm = () => false;
      },
    ],
    [
      "a burn above the limit",
      ({ cctp }) => {
        cctp.burnLimit = () => undefined;
      },
    ],
    [
      "a refund that is sent twice",
      ({ orders }) => {
        orders.refunds.requirePhase = () => undefined;
      },
    ],
    [
      "a mint that credits less than came",
      ({ orders }) => {
        const credit = orders.payments.credit.bind(orders.payments);
        orders.payments.credit = (ctx, order, given) =>
          credit(ctx, order, { ...given, applied: given.applied - (given.origin === undefined ? 0n : 1n) });
      },
    ],
  ])("behavior: %s", { timeout: 120_000 }, (_what, plant) => {
    const simulation = new CrossChainSimulation(SEED);
    plant(simulation.world.app);
    expect(firstDifference(simulation, BUG_BLOCKS_MAX)).toMatch(/^block \d+: /);
  });
});
