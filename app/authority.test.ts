// Cases: who genesis names changes the parameters of every module by signed transactions, and nobody else does; handed on,
// the next one does; a chain whose genesis names nobody is governed by nobody.

import { describe, expect, test } from "vitest";
import * as auth from "../gen/cosmos/auth/v1beta1/tx.ts";
import * as bank from "../gen/cosmos/bank/v1beta1/tx.ts";
import { MsgAcceptAuthority, MsgTransferAuthority } from "../gen/stateset/authority/v1/tx.ts";
import * as cctp from "../gen/stateset/cctp/v1/tx.ts";
import * as fees from "../gen/stateset/fees/v1/tx.ts";
import * as issuer from "../gen/stateset/issuer/v1/tx.ts";
import * as orders from "../gen/stateset/orders/v1/tx.ts";
import { decodeAddress } from "../src/codec/address.ts";
import type { MessageCodec } from "../src/codec/message.ts";
import { DEFAULT_PARAMS as AUTH_PARAMS } from "../x/auth/types.ts";
import { DEFAULT_PARAMS as CCTP_PARAMS } from "../x/cctp/types.ts";
import { DEFAULT_PARAMS as FEES_PARAMS } from "../x/fees/types.ts";
import { DEFAULT_PARAMS as ISSUER_PARAMS } from "../x/issuer/types.ts";
import { DEFAULT_PARAMS as ORDERS_PARAMS } from "../x/orders/params.ts";
import type { ChainApp } from "./app.ts";
import { emptyApp } from "./genesis.ts";
import { signTestTx } from "./testing/signTestTx.ts";
import { ADDRESSES, CHAIN_ID, KEYS, makeBlock, newChain, startChain, testAppState } from "./testing/testChain.ts";

const [alice, bob] = ADDRESSES as [string, string];

/** A change of every module that asks the authority. */
const CHANGES: readonly (readonly [codec: MessageCodec<never>, message: object])[] = [
  [auth.MsgUpdateParams as never, { params: AUTH_PARAMS }],
  [bank.MsgUpdateParams as never, { params: { sendEnabled: [], defaultSendEnabled: true } }],
  [bank.MsgSetSendEnabled as never, { sendEnabled: [{ denom: "uatom", enabled: false }] }],
  [fees.MsgUpdateParams as never, { params: FEES_PARAMS }],
  [issuer.MsgUpdateParams as never, { params: ISSUER_PARAMS }],
  [cctp.MsgUpdateParams as never, { params: CCTP_PARAMS }],
  [orders.MsgUpdateParams as never, { params: ORDERS_PARAMS }],
  [orders.MsgPause as never, { msgTypeUrls: ["/stateset.orders.v1.MsgPayOrder"] }],
  [orders.MsgUnpause as never, { msgTypeUrls: ["/stateset.orders.v1.MsgPayOrder"] }],
];

function governedChain(authority: string): ChainApp {
  const app = emptyApp();
  startChain(app, { ...testAppState(), authority: { authority } });
  makeBlock(app);
  return app;
}

/** Runs messages of one account in one transaction: what it is refused with. */
function send(app: ChainApp, index: number, messages: readonly (readonly [MessageCodec<never>, object])[]): string {
  const sequence = app.accounts.getAccount(app.queryContext(), decodeAddress(ADDRESSES[index]!))?.sequence ?? 0n;
  const tx = signTestTx({
    ...{ chainId: CHAIN_ID, privKey: KEYS[index]!, accountNumber: BigInt(index), sequence },
    ...{ fee: "2000uusdc", gasLimit: 2_000_000n },
    messages: messages.map(([codec, message]) => ({
      typeUrl: `/${codec.$type}`,
      value: codec.encode(codec.fromPartial({ authority: ADDRESSES[index], ...message }) as never).finish(),
    })),
  });
  const [result] = makeBlock(app, [tx]).txResults;
  return result!.code === 0 ? "" : `${result!.codespace} ${result!.code}`;
}

describe("the authority", () => {
  test("default: changes every module; nobody else does", () => {
    const app = governedChain(alice);
    expect(send(app, 0, CHANGES)).toBe("");
    for (const change of CHANGES)
      expect([change[0].$type, send(app, 1, [change])]).toEqual([change[0].$type, "gov 13"]);
  });

  test("behavior: handed on, the next one governs, also what an export starts", () => {
    const app = governedChain(alice);
    expect(send(app, 0, [[MsgTransferAuthority as never, { newAuthority: bob }]])).toBe("");
    const copy = emptyApp();
    startChain(copy, app.exportGenesis());
    makeBlock(copy);
    for (const chain of [app, copy]) {
      expect(send(chain, 1, [[MsgAcceptAuthority as never, { signer: bob }]])).toBe("");
      expect(send(chain, 0, CHANGES)).toBe("gov 13");
      expect(send(chain, 1, CHANGES)).toBe("");
    }
  });

  test("behavior: without a word in genesis nobody has the key", () => {
    const app = newChain();
    for (const index of [0, 1, 2]) expect(send(app, index, CHANGES)).toBe("gov 13");
  });
});
