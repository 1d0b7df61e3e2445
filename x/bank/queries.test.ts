// Cases: what the vectors of the SDK do not show: pages put together give the whole, in both directions; hostile requests.

import { describe, expect, test } from "vitest";
import {
  QueryAllBalancesRequest,
  QueryAllBalancesResponse,
  QueryDenomOwnersRequest,
  QueryDenomOwnersResponse,
  QuerySendEnabledRequest,
} from "../../gen/cosmos/bank/v1beta1/query.ts";
import { PageRequest } from "../../gen/cosmos/base/query/v1beta1/pagination.ts";
import { GRPC_STATUS, QueryError } from "../../src/baseapp/queryError.ts";
import { parseCoins } from "../../src/codec/coins.ts";
import { ModuleWorld, testAddress, testAddressText } from "../authz/testing/moduleWorld.ts";

const PATH = "/cosmos.bank.v1beta1.Query/";

function crowd(): ModuleWorld {
  const world = ModuleWorld.started();
  world.run((ctx) => {
    for (let byte = 10; byte < 40; byte++) {
      world.bank.sendCoins(ctx, testAddress(1), testAddress(byte), parseCoins(`${byte}uusdc`));
    }
  });
  return world;
}

function owners(world: ModuleWorld, pagination: Partial<PageRequest>): QueryDenomOwnersResponse {
  const request = QueryDenomOwnersRequest.fromPartial({
    denom: "uusdc",
    pagination: PageRequest.fromPartial(pagination),
  });
  return QueryDenomOwnersResponse.decode(
    world.ask(`${PATH}DenomOwners`, QueryDenomOwnersRequest.encode(request).finish()),
  );
}

describe("pages", () => {
  test.each([false, true])("behavior: owners page by page, reverse %j", (reverse) => {
    const world = crowd();
    const whole = owners(world, { limit: 1000n, reverse, countTotal: true });
    expect(whole.denomOwners.length).toBe(32);
    expect(whole.pagination).toMatchObject({ total: 32n });
    const pieces: string[] = [];
    let key = new Uint8Array(0);
    for (let page = 0; page < 7; page++) {
      const answer = owners(world, { limit: 5n, reverse, key });
      pieces.push(...answer.denomOwners.map(({ address }) => address));
      key = new Uint8Array(answer.pagination?.nextKey ?? []);
    }
    expect(key.length).toBe(0);
    expect(pieces).toEqual(whole.denomOwners.map(({ address }) => address));
  });

  test("behavior: an offset beyond the end is an empty page", () => {
    const request = { address: testAddressText(1), pagination: PageRequest.fromPartial({ offset: 50n, limit: 5n }) };
    const bytes = QueryAllBalancesRequest.encode(QueryAllBalancesRequest.fromPartial(request)).finish();
    const answer = QueryAllBalancesResponse.decode(crowd().ask(`${PATH}AllBalances`, bytes));
    expect(answer.balances).toEqual([]);
  });

  test.each<[string, Partial<PageRequest>]>([
    ["a limit above the maximum", { limit: 1001n }],
    ["a limit of 2^64 - 1", { limit: (1n << 64n) - 1n }],
    ["an offset of 2^64 - 1", { offset: (1n << 64n) - 1n }],
    ["both a key and an offset", { key: Uint8Array.of(1), offset: 1n }],
  ])("error: %s", (_name, pagination) => {
    try {
      owners(crowd(), pagination);
      expect.unreachable();
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(QueryError);
      expect((thrown as QueryError).status).toBe(GRPC_STATUS.INVALID_ARGUMENT);
    }
  });

  test.each([Uint8Array.of(0), Uint8Array.of(255), new Uint8Array(10_000).fill(20)])(
    "behavior: a key that nobody gave out begins a page all the same",
    (key) => {
      expect(owners(crowd(), { key, limit: 5n }).denomOwners.length).toBeLessThanOrEqual(5);
    },
  );
});

describe("send enabled", () => {
  test("error: more than a thousand denominations", () => {
    const denoms = Array.from({ length: 1001 }, (_, index) => `d${index}`);
    const bytes = QuerySendEnabledRequest.encode(QuerySendEnabledRequest.fromPartial({ denoms })).finish();
    expect(() => crowd().ask(`${PATH}SendEnabled`, bytes)).toThrow(QueryError);
  });
});
