// Cases: the bytes of every key; prefixes; keys taken apart again.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromUtf8, toHex } from "../../src/codec/bytes.ts";
import {
  accountPrefix,
  BALANCE_PREFIX,
  balanceKey,
  balanceOwner,
  HOLDER_PREFIX,
  holderKey,
  holderKeyLength,
  holderOf,
  holdersPrefix,
  METADATA_PREFIX,
  metadataKey,
  PARAMS_KEY,
  SEND_ENABLED_PREFIX,
  SUPPLY_PREFIX,
  sendEnabledKey,
  supplyKey,
} from "./keys.ts";

const address = fc.uint8Array({ minLength: 1, maxLength: 255 });
const denom = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9/:._-]{2,127}$/);

describe("keys", () => {
  test("default: the bytes are the SDK's", () => {
    const owner = Uint8Array.of(0xaa, 0xbb);
    expect({
      supply: toHex(supplyKey("usd")),
      metadata: toHex(metadataKey("usd")),
      balance: toHex(balanceKey(owner, "usd")),
      balances: toHex(accountPrefix(owner)),
      holder: toHex(holderKey("usd", owner)),
      holders: toHex(holdersPrefix("usd")),
      sendEnabled: toHex(sendEnabledKey("usd")),
      params: toHex(PARAMS_KEY),
    }).toEqual({
      supply: "00757364",
      metadata: "01757364",
      balance: "0202aabb757364",
      balances: "0202aabb",
      holder: "037573640002aabb",
      holders: "0375736400",
      sendEnabled: "04757364",
      params: "05",
    });
  });

  test("behavior: no prefix begins another", () => {
    const prefixes = [SUPPLY_PREFIX, METADATA_PREFIX, BALANCE_PREFIX, HOLDER_PREFIX, SEND_ENABLED_PREFIX, PARAMS_KEY];
    expect(prefixes.every(({ length }) => length === 1)).toBe(true);
    expect(new Set(prefixes.map(toHex)).size).toBe(prefixes.length);
  });

  test("behavior: owner and denomination come out as they went in", () => {
    fc.assert(
      fc.property(address, denom, (owner, name) => {
        const parts = balanceOwner(balanceKey(owner, name).subarray(1));
        expect(toHex(parts.address)).toBe(toHex(owner));
        expect(fromUtf8(parts.denom)).toBe(name);
        const holder = holderKey(name, owner);
        expect(holder.length).toBe(holderKeyLength(name, owner));
        expect(toHex(holderOf(holder.subarray(holdersPrefix(name).length)))).toBe(toHex(owner));
      }),
    );
  });

  test("behavior: two balances never share a key", () => {
    fc.assert(
      fc.property(address, denom, address, denom, (a, x, b, y) => {
        fc.pre(toHex(a) !== toHex(b) || x !== y);
        expect(toHex(balanceKey(a, x))).not.toBe(toHex(balanceKey(b, y)));
        expect(toHex(holderKey(x, a))).not.toBe(toHex(holderKey(y, b)));
      }),
    );
  });
});
