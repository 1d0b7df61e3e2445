// How long it takes to decode a transaction: `npx tsx src/codec/decodeTx.bench.ts`. Budget: 20 us for a MsgSend.

import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { PubKey } from "../../gen/cosmos/crypto/secp256k1/keys.ts";
import { SignMode } from "../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import { AuthInfo, TxBody, TxRaw } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import { encodeAddress } from "./address.ts";
import { decodeTx } from "./decodeTx.ts";
import { TypeRegistry } from "./registry.ts";

const ADDRESSES = 1_000;
const ROUNDS = 100_000;

function sendTx(from: number, to: number): Uint8Array {
  const address = (index: number) => encodeAddress(new Uint8Array(20).fill(index & 255).fill(index >>> 8, 0, 4));
  const value = MsgSend.encode({
    fromAddress: address(from),
    toAddress: address(to),
    amount: [{ denom: "uusdc", amount: "1096470000" }],
  }).finish();
  const bodyBytes = TxBody.encode(
    TxBody.fromPartial({ messages: [{ typeUrl: "/cosmos.bank.v1beta1.MsgSend", value }], memo: "order 1234" }),
  ).finish();
  const key = PubKey.encode({ key: new Uint8Array(33).fill(2) }).finish();
  const authInfoBytes = AuthInfo.encode(
    AuthInfo.fromPartial({
      signerInfos: [
        {
          publicKey: { typeUrl: "/cosmos.crypto.secp256k1.PubKey", value: key },
          modeInfo: { single: { mode: SignMode.SIGN_MODE_DIRECT } },
          sequence: BigInt(from),
        },
      ],
      fee: { amount: [{ denom: "uusdc", amount: "2000" }], gasLimit: 100_000n },
    }),
  ).finish();
  return TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [new Uint8Array(64).fill(7)] }).finish();
}

const registry = new TypeRegistry();
registry.register(MsgSend);
const txs = Array.from({ length: ADDRESSES }, (_, index) => sendTx(index, (index * 7) % ADDRESSES));
for (let run = 0; run < 4; run++) {
  const start = performance.now();
  for (let round = 0; round < ROUNDS; round++) decodeTx(registry, txs[round % ADDRESSES]!);
  const us = ((performance.now() - start) * 1_000) / ROUNDS;
  console.log(`decodeTx, MsgSend of ${txs[0]!.length} bytes: ${us.toFixed(2)} us`);
}
