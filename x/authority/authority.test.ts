// Cases: handed on in two steps, with events; taken back and named anew; who may do neither; genesis round trip and its
// refusals; spelling; before genesis said anything.

import { describe, expect, test } from "vitest";
import type { GenesisState } from "../../gen/stateset/authority/v1/authority.ts";
import { MsgAcceptAuthority, MsgTransferAuthority } from "../../gen/stateset/authority/v1/tx.ts";
import { Context } from "../../src/baseapp/context.ts";
import { EventManager } from "../../src/baseapp/events.ts";
import { GasMeter } from "../../src/baseapp/gas.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { cacheMultiStore } from "../../src/store/cacheStore.ts";
import { createCommitMultiStore } from "../../src/store/commitStore.ts";
import { pruningOptions } from "../../src/store/pruning.ts";
import { AuthorityKeeper, DEFAULT_AUTHORITY } from "./keeper.ts";
import { AUTHORITY } from "./keys.ts";
import { authorityModule } from "./module.ts";

const text = (byte: number) => encodeAddress(new Uint8Array(20).fill(byte));
const [ALICE, BOB, EVE] = [text(1), text(2), text(3)] as [string, string, string];

function newWorld(genesis?: GenesisState) {
  const keeper = new AuthorityKeeper();
  const module = authorityModule(keeper);
  const committed = createCommitMultiStore({ names: [AUTHORITY], pruning: pruningOptions("nothing") });
  const ctx = new Context({
    block: { chainId: "test-1", height: 1, timeNs: 0n, proposerAddress: new Uint8Array(20) },
    mode: "finalize",
    gas: new GasMeter(undefined),
    events: new EventManager(),
    stores: cacheMultiStore(committed.latest()),
  });
  if (genesis !== undefined) module.genesis?.init(ctx, genesis);
  /** `codespace code` of the refusal, or the name of the event. */
  const run = <T>(codec: MessageCodec<T>, message: Partial<T>): string => {
    const handler = module.msgs.find(({ typeUrl }) => typeUrl === `/${codec.$type}`)!;
    const branch = ctx.branch();
    try {
      handler.handle(branch.ctx, codec.fromPartial(message));
    } catch (thrown) {
      if (!(thrown instanceof ChainError)) throw thrown;
      return `${thrown.codespace} ${thrown.code}`;
    }
    branch.write();
    return branch.ctx.events
      .list()
      .map(({ type }) => type.split(".").at(-1))
      .join();
  };
  const query = () => module.queries[0]!.handle(ctx, {});
  return { keeper, module, ctx, run, query };
}

const governedBy = (authority: string, pendingAuthority = "") => ({ authority, pendingAuthority });

describe("x/authority", () => {
  test("default: named and accepted, the next one governs and the first no longer", () => {
    const { run, query } = newWorld(governedBy(ALICE));
    expect(run(MsgTransferAuthority, { authority: ALICE, newAuthority: BOB })).toBe("EventAuthorityTransferStarted");
    expect(query()).toEqual(governedBy(ALICE, BOB));
    expect(run(MsgAcceptAuthority, { signer: BOB })).toBe("EventAuthorityChanged");
    expect(query()).toEqual(governedBy(BOB));
    expect(run(MsgTransferAuthority, { authority: ALICE, newAuthority: ALICE })).toBe("gov 13");
    expect(run(MsgAcceptAuthority, { signer: BOB })).toBe("authority 2");
  });

  test("error: nobody else names, nobody who was not named accepts, and nobody is named who has no address", () => {
    const { run, query } = newWorld(governedBy(ALICE));
    expect(run(MsgAcceptAuthority, { signer: ALICE })).toBe("authority 2");
    expect(run(MsgTransferAuthority, { authority: EVE, newAuthority: EVE })).toBe("gov 13");
    expect(run(MsgTransferAuthority, { authority: ALICE, newAuthority: "stateset1x" })).toBe("sdk 7");
    run(MsgTransferAuthority, { authority: ALICE, newAuthority: BOB });
    for (const signer of [ALICE, EVE]) expect(run(MsgAcceptAuthority, { signer })).toBe("authority 2");
    expect(query()).toEqual(governedBy(ALICE, BOB));
  });

  test("behavior: a transfer is taken back, or names another", () => {
    const { run, query } = newWorld(governedBy(ALICE));
    run(MsgTransferAuthority, { authority: ALICE, newAuthority: BOB });
    run(MsgTransferAuthority, { authority: ALICE, newAuthority: EVE });
    expect(run(MsgAcceptAuthority, { signer: BOB })).toBe("authority 2");
    run(MsgTransferAuthority, { authority: ALICE, newAuthority: "" });
    expect(query()).toEqual(governedBy(ALICE));
    expect(run(MsgAcceptAuthority, { signer: EVE })).toBe("authority 2");
  });

  test("behavior: upper-case bech32 is the same account", () => {
    const { run, query } = newWorld(governedBy(ALICE));
    run(MsgTransferAuthority, { authority: ALICE, newAuthority: BOB.toUpperCase() });
    expect(run(MsgAcceptAuthority, { signer: BOB.toUpperCase() })).toBe("EventAuthorityChanged");
    expect(query()).toEqual(governedBy(BOB));
  });

  test("behavior: asking who governs costs no gas", () => {
    const { keeper, ctx } = newWorld(governedBy(ALICE));
    const before = ctx.gas.consumed;
    expect([keeper.address(ctx), keeper.address(ctx)]).toEqual([ALICE, ALICE]);
    expect(ctx.gas.consumed).toBe(before);
  });

  test("behavior: genesis comes out as it went in; without one it is the module account", () => {
    for (const genesis of [governedBy(ALICE), governedBy(ALICE, BOB)]) {
      const { module, ctx } = newWorld(genesis);
      expect(module.genesis?.export(ctx)).toEqual(genesis);
    }
    const { module, keeper, ctx } = newWorld();
    expect(keeper.address(ctx)).toBe(DEFAULT_AUTHORITY);
    expect(module.genesis?.defaultGenesis()).toEqual(governedBy(DEFAULT_AUTHORITY));
  });

  test.each<readonly [string, GenesisState, RegExp]>([
    ["nobody", governedBy(""), /empty address/],
    ["somebody malformed", governedBy("x"), /bech32/],
    ["another spelling", governedBy(ALICE.toUpperCase()), /lower case/],
    ["a malformed next one", governedBy(ALICE, "x"), /bech32/],
  ])("error: genesis names %s", (_what, genesis, problem) => {
    expect(() => newWorld().module.genesis?.validate(genesis)).toThrow(problem);
  });
});
