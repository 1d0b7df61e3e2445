// Each message of CCTP V2: what it does, and what refuses it, in the order of the checks. In the tables each row breaks
// one thing more than the row before, so that it shows that its own check comes first.

import { describe, expect, test } from "vitest";
import { DepositForBurn, MessageReceived, MessageSent, MintAndWithdraw } from "../../../gen/circle/cctp/v2/events.ts";
import {
  MsgAddRemoteTokenMessenger,
  MsgDenylist,
  MsgDepositForBurn,
  MsgDepositForBurnWithHook,
  MsgDisableAttester,
  MsgEnableAttester,
  MsgReceiveMessage,
  MsgRemoveRemoteTokenMessenger,
  MsgSendMessage,
  MsgSetMinFee,
  MsgUndenylist,
  MsgUpdateDenylister,
  MsgUpdateFeeRecipient,
  MsgUpdateMaxMessageBodySize,
  MsgUpdateMinFeeController,
  MsgUpdateSignatureThreshold,
} from "../../../gen/circle/cctp/v2/tx.ts";
import { cctpModuleBytes32, evmAddressOfPublicKey } from "../../../src/cctp/addresses.ts";
import { type BurnMessageV2, encodeBurnMessageV2 } from "../../../src/cctp/burnMessageV2.ts";
import { addressToBytes32, zeroBytes32 } from "../../../src/cctp/bytes32.ts";
import { encodeMessageV2, type MessageV2 } from "../../../src/cctp/messageV2.ts";
import { signAttestation } from "../../../src/cctp/signAttestation.ts";
import { toHex, utf8 } from "../../../src/codec/bytes.ts";
import type { ErrorKind } from "../../../src/codec/chainError.ts";
import { ErrInsufficientFunds } from "../../../src/codec/sdkErrors.ts";
import { keccak256 } from "../../../src/crypto/hash.ts";
import { publicKeyOf } from "../../../src/crypto/secp256k1.ts";
import * as errors from "./errors.ts";
import { type Outcome, testAddress, testText, V2World } from "./testing/v2World.ts";

const OWNER = testText(1);
const ATTESTER_MANAGER = testText(2);
const ALICE = testText(5);
const BOB = testText(6);
const REMOTE = new Uint8Array(32).fill(0x77);
const REMOTE_TOKEN = new Uint8Array(32).fill(0x88);
const ATTESTER_KEY = keccak256(utf8("attester"));
const ATTESTER = evmAddressOfPublicKey(publicKeyOf(ATTESTER_KEY));
const WORD = addressToBytes32(testAddress(0x44));

/** Domain 0 is linked, one attester signs, Alice has a thousand. */
function newWorld(): V2World {
  const world = new V2World();
  const ctx = world.context();
  const { keeper } = world.v2;
  keeper.setRemoteTokenMessenger(ctx, 0, REMOTE);
  world.tokens.set(`0/${toHex(REMOTE_TOKEN)}`, "uusdc");
  keeper.addAttester(ctx, ATTESTER);
  keeper.setSignatureThreshold(ctx, 1);
  keeper.setRole(ctx, "feeRecipient", testAddress(9));
  keeper.setRole(ctx, "denylister", testAddress(3));
  keeper.setRole(ctx, "minFeeController", testAddress(4));
  world.fund(testAddress(5), 1000n);
  return world;
}

function expectFailure({ failure }: Outcome, kind: ErrorKind): void {
  expect(failure).toMatchObject({ codespace: kind.codespace, code: kind.code });
}

function typesOf({ events }: Outcome): readonly string[] {
  return events.map(({ type }) => type);
}

const BURN = {
  from: ALICE,
  amount: "100",
  destinationDomain: 0,
  mintRecipient: WORD,
  burnToken: "uusdc",
  destinationCaller: new Uint8Array(0),
  maxFee: "5",
  minFinalityThreshold: 1000,
};

describe("MsgDepositForBurn", () => {
  test("default: burns, and emits after the bank's events the message and the burn", () => {
    const world = newWorld();
    const outcome = world.send(MsgDepositForBurn, BURN);
    expect(outcome.failure).toBeUndefined();
    expect(world.balance(testAddress(5))).toBe(900n);
    expect(world.supply()).toBe(900n);
    expect(typesOf(outcome).slice(-2)).toEqual([MessageSent.$type, DepositForBurn.$type]);
  });

  // From the last check to the first: each row repairs nothing, and must yet win.
  const rows: readonly (readonly [string, ErrorKind, (world: V2World, burn: Record<string, unknown>) => void])[] = [
    [
      "a body that is too long",
      errors.ErrBodyTooLongV2,
      (world) => world.v2.keeper.setMaxMessageBodySize(world.context(), 228n),
    ],
    [
      "own domain",
      errors.ErrLocalDomainV2,
      (world) => {
        world.state.localDomain = 0;
      },
    ],
    [
      "sending paused",
      errors.ErrPausedV2,
      (world) => {
        world.state.isSendingAndReceivingPaused = true;
      },
    ],
    [
      "above the burn limit",
      errors.ErrBurnLimitV2,
      (world) => {
        world.state.burnLimit = 99n;
      },
    ],
    [
      "a burn limit of nothing",
      errors.ErrBurnTokenV2,
      (world) => {
        world.state.burnLimit = 0n;
      },
    ],
    [
      "burning paused",
      errors.ErrMintingPausedV2,
      (world) => {
        world.state.isBurningAndMintingPaused = true;
      },
    ],
    ["more than there is", ErrInsufficientFunds, (_world, burn) => Object.assign(burn, { amount: "1001" })],
    ["another token", errors.ErrBurnTokenV2, (_world, burn) => Object.assign(burn, { burnToken: "stake" })],
    [
      "an unknown domain",
      errors.ErrNoTokenMessengerV2,
      (_world, burn) => Object.assign(burn, { destinationDomain: 7 }),
    ],
    [
      "a fee below the minimum",
      errors.ErrMaxFeeTooLowV2,
      (world) => world.v2.keeper.setMinFee(world.context(), 9_999_999n),
    ],
    ["a fee not below the amount", errors.ErrMaxFeeV2, (_world, burn) => Object.assign(burn, { maxFee: "1001" })],
    [
      "no recipient",
      errors.ErrMintRecipientV2,
      (_world, burn) => Object.assign(burn, { mintRecipient: zeroBytes32() }),
    ],
    ["no amount", errors.ErrAmountV2, (_world, burn) => Object.assign(burn, { amount: "0" })],
    ["no hook data", errors.ErrNoHookDataV2, (_world, burn) => Object.assign(burn, { hookData: new Uint8Array(0) })],
    ["on the denylist", errors.ErrDenylistedV2, (world) => world.v2.keeper.denylist(world.context(), testAddress(5))],
    ["a malformed fee", errors.ErrMalformedV2, (_world, burn) => Object.assign(burn, { maxFee: "" })],
  ];
  test.each(rows.map(([name, kind], index) => ({ name, kind, index })))("error: $name", ({ kind, index }) => {
    const world = newWorld();
    const burn: Record<string, unknown> = { ...BURN, hookData: Uint8Array.of(1) };
    for (const [, , breakIt] of rows.slice(0, index + 1)) breakIt(world, burn);
    const before = world.dump();
    expectFailure(world.send(MsgDepositForBurnWithHook, burn), kind);
    expect([world.balance(testAddress(5)), world.supply()]).toEqual([1000n, 1000n]);
    expect(world.dump()).toEqual(before);
  });

  test.each([
    ["an amount that is no number", { amount: "1.5" }],
    ["a recipient of 20 bytes", { mintRecipient: testAddress(1) }],
    ["a caller of 20 bytes", { destinationCaller: testAddress(1) }],
  ])("error: %s", (_name, change) => {
    expectFailure(newWorld().send(MsgDepositForBurn, { ...BURN, ...change }), errors.ErrMalformedV2);
  });

  test("behavior: limits and fees hold at their edge", () => {
    const world = newWorld();
    world.state.burnLimit = 100n;
    world.v2.keeper.setMinFee(world.context(), 500_000n);
    expect(world.send(MsgDepositForBurn, BURN).failure).toBeUndefined();
    expectFailure(world.send(MsgDepositForBurn, { ...BURN, maxFee: "4" }), errors.ErrMaxFeeTooLowV2);
    expectFailure(world.send(MsgDepositForBurn, { ...BURN, amount: "101", maxFee: "6" }), errors.ErrBurnLimitV2);
  });
});

describe("MsgSendMessage", () => {
  const SEND = {
    from: ALICE,
    destinationDomain: 0,
    recipient: WORD,
    destinationCaller: zeroBytes32(),
    minFinalityThreshold: 2000,
    messageBody: Uint8Array.of(1, 2),
  };

  test("default: any message to any domain, linked or not", () => {
    expect(typesOf(newWorld().send(MsgSendMessage, SEND))).toEqual([MessageSent.$type]);
    expect(newWorld().send(MsgSendMessage, { ...SEND, destinationDomain: 99 }).failure).toBeUndefined();
  });

  test.each([
    ["own domain", { destinationDomain: 4 }, errors.ErrLocalDomainV2],
    ["a body that is too long", { messageBody: new Uint8Array(8193) }, errors.ErrBodyTooLongV2],
    ["no recipient", { recipient: zeroBytes32() }, errors.ErrRecipientV2],
    ["an empty recipient", { recipient: new Uint8Array(0) }, errors.ErrMalformedV2],
  ])("error: %s", (_name, change, kind) => {
    const world = newWorld();
    expectFailure(world.send(MsgSendMessage, { ...SEND, ...change }), kind);
    world.state.isSendingAndReceivingPaused = true;
    expectFailure(world.send(MsgSendMessage, { ...SEND, ...change }), errors.ErrPausedV2);
  });

  test("error: an own message cannot be brought back as a burn of another chain", () => {
    // Anybody may have any bytes attested: a body like a burn, from whoever sent it, credits nobody.
    const world = newWorld();
    const forged = message({ sender: addressToBytes32(testAddress(5)) });
    expectFailure(world.send(MsgReceiveMessage, delivery(forged)), errors.ErrRemoteTokenMessengerV2);
    expect([world.supply(), world.receipts.length]).toEqual([1000n, 0]);
  });
});

const BURNED: BurnMessageV2 = {
  version: 1,
  burnToken: REMOTE_TOKEN,
  mintRecipient: addressToBytes32(testAddress(6)),
  amount: 100n,
  messageSender: WORD,
  maxFee: 10n,
  feeExecuted: 3n,
  expirationBlock: 0n,
  hookData: Uint8Array.of(7),
};

const HEADER: Omit<MessageV2, "messageBody"> = {
  version: 1,
  sourceDomain: 0,
  destinationDomain: 4,
  nonce: new Uint8Array(32).fill(1),
  sender: REMOTE,
  recipient: cctpModuleBytes32(),
  destinationCaller: zeroBytes32(),
  minFinalityThreshold: 1000,
  finalityThresholdExecuted: 1000,
};

function message(header: Partial<typeof HEADER> = {}, burn: Partial<typeof BURNED> = {}): Uint8Array {
  return encodeMessageV2({ ...HEADER, ...header, messageBody: encodeBurnMessageV2({ ...BURNED, ...burn }) });
}

function delivery(bytes: Uint8Array) {
  return { from: BOB, message: bytes, attestation: signAttestation(bytes, [ATTESTER_KEY]) };
}

describe("MsgReceiveMessage", () => {
  test("default: mints to the recipient, then the fee, and tells of it", () => {
    const world = newWorld();
    const outcome = world.send(MsgReceiveMessage, delivery(message()));
    expect(outcome).toMatchObject({ failure: undefined, response: { success: true } });
    expect([world.balance(testAddress(6)), world.balance(testAddress(9))]).toEqual([97n, 3n]);
    expect(typesOf(outcome).slice(-2)).toEqual([MintAndWithdraw.$type, MessageReceived.$type]);
    expect(world.receipts).toMatchObject([
      { amount: 97n, feeExecuted: 3n, hookData: Uint8Array.of(7), cctpVersion: 2 },
    ]);
  });

  // From the last check to the first; each row breaks its own and all before.
  type Broken = { header: Record<string, unknown>; burn: Record<string, unknown> };
  const rows: readonly (readonly [string, ErrorKind, (world: V2World, broken: Broken) => void])[] = [
    [
      "no mint recipient",
      errors.ErrMintToZeroV2,
      (_world, { burn }) => Object.assign(burn, { mintRecipient: zeroBytes32() }),
    ],
    ["an unlinked token", errors.ErrMintTokenV2, (_world, { burn }) => Object.assign(burn, { burnToken: WORD })],
    [
      "minting paused",
      errors.ErrMintingPausedV2,
      (world) => {
        world.state.isBurningAndMintingPaused = true;
      },
    ],
    [
      "a fee above the maximum",
      errors.ErrFeeAboveMaxFeeV2,
      (_world, { burn }) => Object.assign(burn, { feeExecuted: 11n }),
    ],
    [
      "a fee not below the amount",
      errors.ErrFeeNotBelowAmountV2,
      (_world, { burn }) => Object.assign(burn, { feeExecuted: 100n }),
    ],
    ["expired", errors.ErrExpiredV2, (_world, { burn }) => Object.assign(burn, { expirationBlock: 10n })],
    ["another body version", errors.ErrBurnMessageVersionV2, (_world, { burn }) => Object.assign(burn, { version: 0 })],
    [
      "attested too early",
      errors.ErrFinalityThresholdV2,
      (_world, { header }) => Object.assign(header, { finalityThresholdExecuted: 499 }),
    ],
    [
      "another sender",
      errors.ErrRemoteTokenMessengerV2,
      (_world, { header }) => Object.assign(header, { sender: WORD }),
    ],
    ["a used nonce", errors.ErrNonceUsedV2, (world) => world.v2.keeper.useNonce(world.context(), HEADER.nonce)],
    ["another version", errors.ErrMessageVersionV2, (_world, { header }) => Object.assign(header, { version: 0 })],
    [
      "another caller",
      errors.ErrDestinationCallerV2,
      (_world, { header }) => Object.assign(header, { destinationCaller: WORD }),
    ],
    [
      "another domain",
      errors.ErrDestinationDomainV2,
      (_world, { header }) => Object.assign(header, { destinationDomain: 5 }),
    ],
    [
      "an attester who is none",
      errors.ErrAttestationV2,
      (world) => {
        world.v2.keeper.removeAttester(world.context(), ATTESTER);
      },
    ],
    [
      "receiving paused",
      errors.ErrPausedV2,
      (world) => {
        world.state.isSendingAndReceivingPaused = true;
      },
    ],
  ];
  const cases = rows.map(([name, kind], index) => ({ name, kind, index }));
  test.each(cases)("error: $name", ({ kind, index }) => {
    const world = newWorld();
    const broken: Broken = { header: {}, burn: {} };
    for (const [, , breakIt] of rows.slice(0, index + 1)) breakIt(world, broken);
    const before = world.dump();
    expectFailure(world.send(MsgReceiveMessage, delivery(message(broken.header, broken.burn))), kind);
    expect([world.supply(), world.receipts.length]).toEqual([1000n, 0]);
    expect(world.dump()).toEqual(before);
  });

  test("error: a fee, and nobody to get it; without a fee nobody is needed", () => {
    const world = new V2World();
    const ctx = world.context();
    world.v2.keeper.setRemoteTokenMessenger(ctx, 0, REMOTE);
    world.tokens.set(`0/${toHex(REMOTE_TOKEN)}`, "uusdc");
    world.v2.keeper.addAttester(ctx, ATTESTER);
    world.v2.keeper.setSignatureThreshold(ctx, 1);
    expectFailure(world.send(MsgReceiveMessage, delivery(message())), errors.ErrNoFeeRecipientV2);
    expect(world.send(MsgReceiveMessage, delivery(message({}, { feeExecuted: 0n }))).failure).toBeUndefined();
  });

  test("error: too short for a header, too short for a burn", () => {
    const world = newWorld();
    expectFailure(world.send(MsgReceiveMessage, delivery(message().subarray(0, 147))), errors.ErrMessageTooShortV2);
    expectFailure(world.send(MsgReceiveMessage, delivery(message().subarray(0, 375))), errors.ErrBurnMessageTooShortV2);
  });

  test("error: the emitted message, whose nonce is zero, is never taken", () => {
    const emitted = message({ nonce: zeroBytes32(), finalityThresholdExecuted: 2000 });
    expectFailure(newWorld().send(MsgReceiveMessage, delivery(emitted)), errors.ErrNonceUsedV2);
  });

  test("error: no threshold is set: nobody's word is enough", () => {
    const world = new V2World();
    expectFailure(
      world.send(MsgReceiveMessage, { ...delivery(message()), attestation: new Uint8Array(0) }),
      errors.ErrAttestationV2,
    );
  });

  test("behavior: one nonce once, whichever domain it comes from", () => {
    const world = newWorld();
    expect(world.send(MsgReceiveMessage, delivery(message())).failure).toBeUndefined();
    expectFailure(world.send(MsgReceiveMessage, delivery(message({ sourceDomain: 3 }))), errors.ErrNonceUsedV2);
  });

  test("behavior: a refused delivery leaves the nonce free", () => {
    const world = newWorld();
    world.state.isBurningAndMintingPaused = true;
    expectFailure(world.send(MsgReceiveMessage, delivery(message())), errors.ErrMintingPausedV2);
    world.state.isBurningAndMintingPaused = false;
    expect(world.send(MsgReceiveMessage, delivery(message())).failure).toBeUndefined();
  });

  test("behavior: valid to the block before its expiration", () => {
    const world = newWorld();
    expect(world.send(MsgReceiveMessage, delivery(message({}, { expirationBlock: 11n }))).failure).toBeUndefined();
  });

  test("behavior: a message to anybody else uses its nonce and does nothing", () => {
    const world = newWorld();
    const outcome = world.send(MsgReceiveMessage, delivery(message({ recipient: WORD })));
    expect(typesOf(outcome)).toEqual([MessageReceived.$type]);
    expect([world.supply(), world.receipts.length]).toEqual([1000n, 0]);
    expect(world.v2.keeper.isNonceUsed(world.context(), HEADER.nonce)).toBe(true);
  });
});

describe("administration", () => {
  const account = testText(0x21);
  const attester = `0x${"ab".repeat(20)}`;
  const rows: readonly (readonly [string, (world: V2World, from: string) => Outcome, string])[] = [
    [
      "AddRemoteTokenMessenger",
      (world, from) => world.send(MsgAddRemoteTokenMessenger, { from, domainId: 1, address: WORD }),
      OWNER,
    ],
    [
      "RemoveRemoteTokenMessenger",
      (world, from) => world.send(MsgRemoveRemoteTokenMessenger, { from, domainId: 0 }),
      OWNER,
    ],
    [
      "UpdateMaxMessageBodySize",
      (world, from) => world.send(MsgUpdateMaxMessageBodySize, { from, messageSize: 9n }),
      OWNER,
    ],
    [
      "UpdateFeeRecipient",
      (world, from) => world.send(MsgUpdateFeeRecipient, { from, newFeeRecipient: account }),
      OWNER,
    ],
    [
      "UpdateMinFeeController",
      (world, from) => world.send(MsgUpdateMinFeeController, { from, newMinFeeController: account }),
      OWNER,
    ],
    ["UpdateDenylister", (world, from) => world.send(MsgUpdateDenylister, { from, newDenylister: account }), OWNER],
    ["SetMinFee", (world, from) => world.send(MsgSetMinFee, { from, minFee: 1000n }), testText(4)],
    ["EnableAttester", (world, from) => world.send(MsgEnableAttester, { from, attester }), ATTESTER_MANAGER],
    ["Denylist", (world, from) => world.send(MsgDenylist, { from, account }), testText(3)],
    ["Undenylist", (world, from) => world.send(MsgUndenylist, { from, account }), testText(3)],
  ];

  test.each(rows)("default: %s by who may, and tells of it", (_name, act, from) => {
    const outcome = act(newWorld(), from);
    expect(outcome.failure).toBeUndefined();
    expect(outcome.events).toHaveLength(1);
    expect(act(newWorld(), from.toUpperCase()).failure).toBeUndefined();
  });

  test.each(rows)("error: %s by anybody else", (_name, act, from) => {
    for (const other of [ALICE, OWNER, ATTESTER_MANAGER, testText(3), testText(4)]) {
      if (other === from) continue;
      const world = newWorld();
      const before = world.dump();
      expectFailure(act(world, other), errors.ErrUnauthorizedV2);
      expect(world.dump()).toEqual(before);
    }
  });

  test("error: where nobody has a role nobody may", () => {
    const world = new V2World();
    world.state.owner = "";
    world.state.attesterManager = "";
    for (const [, act, from] of rows) expectFailure(act(world, from), errors.ErrUnauthorizedV2);
  });

  test("error: what the owner may not set", () => {
    const world = newWorld();
    const add = { from: OWNER, domainId: 0, address: WORD };
    expectFailure(world.send(MsgAddRemoteTokenMessenger, add), errors.ErrTokenMessengerExistsV2);
    expectFailure(world.send(MsgAddRemoteTokenMessenger, { ...add, address: zeroBytes32() }), errors.ErrMalformedV2);
    expectFailure(world.send(MsgAddRemoteTokenMessenger, { ...add, address: testAddress(1) }), errors.ErrMalformedV2);
    expectFailure(
      world.send(MsgRemoveRemoteTokenMessenger, { from: OWNER, domainId: 1 }),
      errors.ErrNoTokenMessengerV2,
    );
    expectFailure(world.send(MsgUpdateMaxMessageBodySize, { from: OWNER, messageSize: 65_537n }), errors.ErrBodySizeV2);
    expectFailure(
      world.send(MsgUpdateFeeRecipient, { from: OWNER, newFeeRecipient: testText(0) }),
      errors.ErrMalformedV2,
    );
    expectFailure(world.send(MsgSetMinFee, { from: testText(4), minFee: 10_000_000n }), errors.ErrMinFeeV2);
  });

  test("default: attesters and their threshold, in the contract's order of refusals", () => {
    const world = newWorld();
    const from = ATTESTER_MANAGER;
    const disable = (who: string) => world.send(MsgDisableAttester, { from, attester: who });
    const threshold = (amount: number) => world.send(MsgUpdateSignatureThreshold, { from, amount });
    expectFailure(disable(attester), errors.ErrTooFewAttestersV2);
    expect(world.send(MsgEnableAttester, { from, attester }).failure).toBeUndefined();
    expectFailure(
      world.send(MsgEnableAttester, { from, attester: attester.slice(2).toUpperCase() }),
      errors.ErrAttesterExistsV2,
    );
    expectFailure(threshold(0), errors.ErrSignatureThresholdV2);
    expectFailure(threshold(1), errors.ErrSignatureThresholdV2);
    expectFailure(threshold(3), errors.ErrSignatureThresholdV2);
    expect(threshold(2).failure).toBeUndefined();
    expectFailure(disable(attester), errors.ErrTooFewAttestersV2);
    expect(threshold(1).failure).toBeUndefined();
    expectFailure(disable(`0x${"cd".repeat(20)}`), errors.ErrAttesterNotFoundV2);
    expect(disable(attester).failure).toBeUndefined();
  });

  test.each(["", "0x", `0x${"00".repeat(20)}`, `0x${"ab".repeat(32)}`, `${"zz".repeat(20)}`])(
    "error: an attester called %j",
    (text) => {
      const outcome = newWorld().send(MsgEnableAttester, { from: ATTESTER_MANAGER, attester: text });
      expectFailure(outcome, errors.ErrMalformedV2);
    },
  );

  test("error: the 65th attester", () => {
    const world = newWorld();
    const attesterOf = (n: number) => `0x${n.toString(16).padStart(40, "0")}`;
    const enable = (n: number) => world.send(MsgEnableAttester, { from: ATTESTER_MANAGER, attester: attesterOf(n) });
    for (let n = 1; n < 64; n++) expect(enable(n).failure).toBeUndefined();
    expectFailure(enable(64), errors.ErrTooManyAttestersV2);
  });

  test("behavior: the denylist binds who burns, and nobody else", () => {
    const world = newWorld();
    const from = testText(3);
    for (const listed of [ALICE, BOB]) world.send(MsgDenylist, { from, account: listed });
    expectFailure(world.send(MsgDepositForBurn, BURN), errors.ErrDenylistedV2);
    expect(world.send(MsgReceiveMessage, delivery(message())).failure).toBeUndefined();
    world.send(MsgUndenylist, { from, account: ALICE });
    expect(world.send(MsgDepositForBurn, BURN).failure).toBeUndefined();
  });
});
