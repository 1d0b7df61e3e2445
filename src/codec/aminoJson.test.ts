// Cases: sign documents that Go made, byte for byte; agreement with CosmJS on random bank messages; what cannot be signed.

import { readFileSync } from "node:fs";
import { makeSignDoc, serializeSignDoc } from "@cosmjs/amino";
import { AminoTypes, createDefaultAminoConverters } from "@cosmjs/stargate";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MsgMultiSend, MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { DecCoin } from "../../gen/cosmos/base/v1beta1/coin.ts";
import { AuthInfo, TxBody } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import { encodeAddress } from "./address.ts";
import { aminoJson, aminoSignBytes, aminoSignBytesOfTx } from "./aminoJson.ts";
import { fromHex, fromUtf8, utf8 } from "./bytes.ts";
import { ChainError } from "./chainError.ts";
import { TypeRegistry } from "./registry.ts";
import { ErrInvalidRequest, ErrJSONMarshal } from "./sdkErrors.ts";
import type { DecodedTx } from "./tx.ts";

interface Vector {
  readonly name: string;
  readonly bodyHex: string;
  readonly authInfoHex: string;
  readonly chainId: string;
  readonly accountNumber: string;
  readonly sequence: string;
  readonly signBytes?: string;
  readonly error?: string;
}

// The file is part of the repository, and its fields are used by every test below.
const { signDocs } = JSON.parse(
  readFileSync(new URL("../../test/vectors/xtx/signDocs.json", import.meta.url), "utf8"),
) as {
  readonly signDocs: readonly Vector[];
};

const registry = new TypeRegistry();

/** As much of a decoded transaction as signing looks at. */
function partOfTx(body: TxBody, authInfo: AuthInfo): DecodedTx {
  const none = new Uint8Array(0);
  return {
    bytes: none,
    hash: none,
    bodyBytes: none,
    authInfoBytes: none,
    body,
    authInfo,
    signatures: [],
    messages: body.messages.map(({ typeUrl, value }) => ({ typeUrl, bytes: value, value: undefined, signers: [] })),
    signers: [],
    feePayer: none,
  };
}

function refusal(run: () => unknown): ChainError {
  try {
    run();
  } catch (error) {
    if (error instanceof ChainError) return error;
    throw error;
  }
  throw new Error("was not refused");
}

describe("sign documents that Go made", () => {
  test.each(signDocs.map((vector) => [vector.name, vector] as const))("behavior: %s", (_, vector) => {
    const tx = partOfTx(TxBody.decode(fromHex(vector.bodyHex)), AuthInfo.decode(fromHex(vector.authInfoHex)));
    const signer = {
      chainId: vector.chainId,
      accountNumber: BigInt(vector.accountNumber),
      sequence: BigInt(vector.sequence),
    };
    if (vector.error === undefined) {
      expect(fromUtf8(aminoSignBytesOfTx(registry, tx, signer))).toBe(vector.signBytes);
    } else {
      expect(refusal(() => aminoSignBytesOfTx(registry, tx, signer)).message).toContain(vector.error);
    }
  });
});

const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(encodeAddress);
const coins = fc.array(
  fc.record({ denom: fc.constantFrom("uusdc", "atom"), amount: fc.bigInt(1n, 1n << 128n).map(String) }),
  { maxLength: 3 },
);
// CosmJS leaves U+2028 and U+2029 as they are; Go escapes them, and Go is what a Ledger and other nodes agree with.
const memo = fc
  .string({ unit: fc.oneof(fc.constantFrom(...'<>&"\\/\b\n\u007f'), fc.string({ unit: "grapheme", maxLength: 1 })) })
  .filter((text) => !/[\u2028\u2029]/.test(text));
const messages = fc.oneof(
  fc
    .record({ fromAddress: address, toAddress: address, amount: coins })
    .map((value) => ({ typeUrl: "/cosmos.bank.v1beta1.MsgSend", value, bytes: MsgSend.encode(value).finish() })),
  fc
    .record({
      inputs: fc.array(fc.record({ address, coins }), { minLength: 1, maxLength: 2 }),
      outputs: fc.array(fc.record({ address, coins }), { minLength: 1, maxLength: 2 }),
    })
    .map((value) => ({
      typeUrl: "/cosmos.bank.v1beta1.MsgMultiSend",
      value,
      bytes: MsgMultiSend.encode(value).finish(),
    })),
);

describe("agreement with CosmJS", () => {
  const converters = new AminoTypes(createDefaultAminoConverters());

  test("behavior: the same bytes for random transactions", () => {
    fc.assert(
      fc.property(
        fc.record({
          sent: fc.array(messages, { minLength: 1, maxLength: 3 }),
          amount: coins,
          gas: fc.bigInt(0n, (1n << 64n) - 1n),
          granter: fc.option(address),
          payer: fc.option(address),
          memo,
          chainId: fc.stringMatching(/^[a-z<>&-]{1,20}$/),
          accountNumber: fc.nat(),
          sequence: fc.nat(),
          timeoutHeight: fc.bigInt(0n, (1n << 64n) - 1n),
        }),
        (tx) => {
          const fee = {
            amount: tx.amount,
            gas: tx.gas.toString(),
            ...(tx.granter === null ? {} : { granter: tx.granter }),
            ...(tx.payer === null ? {} : { payer: tx.payer }),
          };
          const aminoMsgs = tx.sent.map(({ typeUrl, value }) => converters.toAmino({ typeUrl, value }));
          const { chainId, accountNumber, sequence } = tx;
          const doc = makeSignDoc(aminoMsgs, fee, chainId, tx.memo, accountNumber, sequence, tx.timeoutHeight);
          const ours = aminoSignBytes(registry, {
            chainId,
            accountNumber: BigInt(accountNumber),
            sequence: BigInt(sequence),
            timeoutHeight: tx.timeoutHeight,
            memo: tx.memo,
            fee: { amount: tx.amount, gasLimit: tx.gas, payer: tx.payer ?? "", granter: tx.granter ?? "" },
            messages: tx.sent,
          });
          expect(fromUtf8(ours)).toBe(fromUtf8(serializeSignDoc(doc)));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("behavior: CosmJS reads back the message that it wrote", () => {
    fc.assert(
      fc.property(messages, ({ typeUrl, value, bytes }) => {
        expect(converters.fromAmino(JSON.parse(aminoJson(registry, typeUrl, bytes)))).toEqual({ typeUrl, value });
      }),
    );
  });
});

describe("what cannot be signed", () => {
  const signer = { chainId: "c", accountNumber: 1n, sequence: 2n };

  test("error: a body with unknown non-critical fields", () => {
    const tx = { ...partOfTx(TxBody.fromPartial({}), AuthInfo.fromPartial({ fee: {} })), bodyHasNonCritical: true };
    expect(refusal(() => aminoSignBytesOfTx(registry, tx, signer)).kind).toBe(ErrInvalidRequest);
  });

  test.each([
    ["an unknown type", "/cosmos.bank.v1beta1.MsgNothing", new Uint8Array(0)],
    ["a type without slash", "cosmos.bank.v1beta1.MsgSend", new Uint8Array(0)],
    ["truncated bytes", "/cosmos.bank.v1beta1.MsgSend", Uint8Array.from([10, 5, 65])],
    ["invalid UTF-8", "/cosmos.bank.v1beta1.MsgSend", Uint8Array.from([10, 1, 255])],
    ["a bad decimal", "/cosmos.base.v1beta1.DecCoin", DecCoin.encode({ denom: "x", amount: "1.5" }).finish()],
    ["an Any without type", "/cosmos.authz.v1beta1.MsgExec", Uint8Array.from([18, 0])],
  ])("error: %s", (_, typeUrl, bytes) => {
    expect(refusal(() => aminoJson(registry, typeUrl, bytes)).kind).toBe(ErrJSONMarshal);
  });

  test("error: MsgExec nested a hundred times", () => {
    let bytes = utf8("");
    for (let i = 0; i < 100; i++) {
      const any = Buffer.concat([field(1, utf8("/cosmos.authz.v1beta1.MsgExec")), field(2, bytes)]);
      bytes = field(2, any);
    }
    expect(refusal(() => aminoJson(registry, "/cosmos.authz.v1beta1.MsgExec", bytes)).message).toContain("recursion");
  });
});

function field(number: number, content: Uint8Array): Uint8Array {
  const length = [];
  for (let left = content.length; ; left >>>= 7) {
    length.push(left > 127 ? (left & 127) | 128 : left);
    if (left <= 127) break;
  }
  return Buffer.concat([Uint8Array.from([number * 8 + 2, ...length]), content]);
}
