// Cases: stored accounts are the bytes of the generated encoder, whatever key, number and sequence; they are read back.

import fc from "fast-check";
import { expect, test } from "vitest";
import { Any } from "../../gen/google/protobuf/any.ts";
import { encodePubKey } from "../../src/crypto/pubKey.ts";
import { type Account, accountBytes, decodeAccount, encodeAccount } from "./types.ts";

const uint64 = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.bigInt({ min: 0n, max: 300n }),
  fc.constantFrom(0n, 127n, 128n, 16_383n, 16_384n, (1n << 53n) - 1n, 1n << 53n, (1n << 64n) - 1n),
);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const pubKey = bytes(32).map((key) => encodePubKey({ kind: "secp256k1", key: Uint8Array.of(2, ...key) }));
const account: fc.Arbitrary<Account> = fc.record({
  address: bytes(20),
  pubKey: fc.option(pubKey, { nil: undefined }),
  accountNumber: uint64,
  sequence: uint64,
  module: fc.option(fc.constant({ name: "mint", permissions: ["minter"] }), { nil: undefined, freq: 5 }),
});

test("default: as the generated encoder writes them, also when only the sequence moves", () => {
  fc.assert(
    fc.property(account, fc.array(uint64, { maxLength: 4 }), (first, sequences) => {
      for (const sequence of [first.sequence, ...sequences]) {
        const stored = accountBytes({ ...first, sequence });
        expect(stored).toEqual(Any.encode(encodeAccount({ ...first, sequence })).finish());
        expect(decodeAccount(Any.decode(stored))).toEqual({ ...first, sequence });
      }
      const accountNumber = first.accountNumber === 7n ? 8n : 7n;
      const other = { ...first, accountNumber };
      expect(accountBytes(other)).toEqual(Any.encode(encodeAccount(other)).finish());
    }),
  );
});
