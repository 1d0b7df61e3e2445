// The messages of CCTP V1 that the vectors of deliveries do not reach: each row breaks one thing and names the refusal
// that must win, in the order of Circle's Cosmos module. Then what a message that passes changes, and that one that fails
// changes nothing.

import { describe, expect, test } from "vitest";
import * as tx from "../gen/circle/cctp/v1/tx.ts";
import type { Context } from "../src/baseapp/context.ts";
import { cctpModuleBytes32 } from "../src/cctp/addresses.ts";
import { encodeBurnMessageV1 } from "../src/cctp/burnMessageV1.ts";
import { addressToBytes32, zeroBytes32 } from "../src/cctp/bytes32.ts";
import { encodeMessageV1 } from "../src/cctp/messageV1.ts";
import { signAttestation } from "../src/cctp/signAttestation.ts";
import { bytesOf, readVectors, textOf, type VectorAttester } from "../src/cctp/testing/vectors.ts";
import { encodeAddress } from "../src/codec/address.ts";
import { toHex } from "../src/codec/bytes.ts";
import type { MessageCodec } from "../src/codec/message.ts";
import { CCTP, usedNonceKey } from "../x/cctp/keys.ts";
import type { ChainApp } from "./app.ts";
import { cctpChain, OWNER, runMessage, type VectorState } from "./testing/cctpWorld.ts";

const vectors = readVectors<{
  state: VectorState;
  attesters: readonly VectorAttester[];
  sendCases: readonly { id: string; burn_token_attribute?: string }[];
}>("noble-expected");

const STRANGER = encodeAddress(new Uint8Array(20).fill(8));
const BURNER_BYTES = new Uint8Array(20).fill(7);
const BURNER = encodeAddress(BURNER_BYTES);
const WORD = new Uint8Array(32).fill(0x5a);
const MESSENGER = bytesOf(vectors.state.remoteTokenMessengers[0]?.address ?? "");
const TOKEN = bytesOf(vectors.state.tokenPairs[0]?.remote_token ?? "");
const ATTESTER = vectors.attesters.find(({ n }) => n === 1);
const OTHER_ATTESTER = vectors.attesters.find(({ n }) => n === 2)?.uncompressedPublicKey ?? "";
const MILLION = 1_000_000n;

interface World {
  readonly app: ChainApp;
  readonly ctx: Context;
}

/** The vectors' state, one attester, and a burner with 10 USDC. */
function world(strictEvm = true): World {
  const app = cctpChain(vectors.state, { attesters: vectors.attesters, config: "1-of-1", strictEvm });
  const ctx = app.queryContext();
  app.issuer.mint(ctx, { recipient: BURNER_BYTES, coin: { denom: "uusdc", amount: 10n * MILLION }, remoteDomain: 0 });
  return { app, ctx };
}

/** Every entry of the stores that CCTP moves. */
function dump({ ctx }: World): string[] {
  return [CCTP, "fiat-tokenfactory", "bank"].flatMap((name) =>
    [...ctx.stores.store(name).iterate()].map(([key, value]) => `${name} ${toHex(key)} ${toHex(value)}`),
  );
}

interface Row<T> {
  readonly name: string;
  readonly prepare?: (world: World) => void;
  readonly change?: Partial<T>;
  readonly code: number;
  readonly text: string;
  readonly codespace?: string;
}

/** Each row is refused as it says, and has moved nothing; without a row's change the message passes. */
function refusals<T>(codec: MessageCodec<T>, valid: (world: World) => Partial<T>, rows: readonly Row<T>[]): void {
  test("default: passes", () => {
    const chain = world();
    expect(runMessage(chain.app, chain.ctx, codec, valid(chain)).failure).toBeUndefined();
  });

  test.each(rows.map((row) => [row.name, row] as const))("error: %s", (_name, row) => {
    const chain = world();
    const message = { ...valid(chain), ...row.change };
    row.prepare?.(chain);
    const before = dump(chain);
    const { failure } = runMessage(chain.app, chain.ctx, codec, message);
    expect(failure).toMatchObject({ codespace: row.codespace ?? "cctp", code: row.code });
    expect(failure?.log).toContain(row.text);
    expect(dump(chain)).toEqual(before);
  });
}

const pauseBurning = ({ app, ctx }: World) => app.cctp.setBurningAndMintingPaused(ctx, true);
/** Without `strict_evm`, which lets replacements pass. */
const pauseBurningAsNoble = (chain: World) => {
  pauseBurning(chain);
  chain.app.cctp.setParams(chain.ctx, { localDomain: 4, strictEvm: false });
};
const pauseMessages = ({ app, ctx }: World) => app.cctp.setSendingAndReceivingPaused(ctx, true);

describe("MsgDepositForBurnWithCaller", () => {
  const valid = () => ({
    from: BURNER,
    amount: "1000000",
    destinationDomain: 0,
    mintRecipient: WORD,
    burnToken: "uusdc",
    destinationCaller: WORD,
  });
  refusals(tx.MsgDepositForBurnWithCaller, valid, [
    {
      name: "no caller",
      change: { destinationCaller: new Uint8Array(0), amount: "0" },
      code: 45,
      text: "invalid destination caller",
    },
    {
      name: "caller zero",
      change: { destinationCaller: zeroBytes32(), amount: "0" },
      code: 45,
      text: "invalid destination caller",
    },
    { name: "no number", change: { amount: "ten" }, code: 49, text: "invalid amount" },
    {
      name: "nothing",
      change: { amount: "0", mintRecipient: zeroBytes32() },
      code: 44,
      text: "amount must be positive",
    },
    {
      name: "no recipient",
      change: { mintRecipient: new Uint8Array(0), destinationDomain: 9 },
      code: 44,
      text: "mint recipient must be nonzero",
    },
    {
      name: "recipient zero",
      change: { mintRecipient: zeroBytes32(), destinationDomain: 9 },
      code: 44,
      text: "mint recipient must be nonzero",
    },
    {
      name: "a chain that is not linked",
      change: { destinationDomain: 9, burnToken: "other" },
      code: 44,
      text: "unable to look up destination token messenger",
    },
    {
      name: "another token",
      prepare: pauseBurning,
      change: { burnToken: "other" },
      code: 32,
      text: "burning denom: other is not supported",
    },
    {
      name: "burning is paused",
      prepare: pauseBurning,
      change: { amount: "1000000000001" },
      code: 32,
      text: "burning and minting are paused",
    },
    {
      name: "above the limit",
      change: { amount: "1000000000001" },
      code: 32,
      text: "cannot burn more than the maximum per message burn limit",
    },
    {
      name: "a limit of nothing",
      prepare: ({ app, ctx }) => app.cctp.setBurnLimit(ctx, "uusdc", 0n),
      code: 32,
      text: "cannot burn more",
    },
    {
      name: "more than there is",
      change: { amount: "10000001" },
      codespace: "sdk",
      code: 5,
      text: "error during transfer: spendable balance 10000000uusdc is smaller",
    },
    {
      name: "the token in another case",
      change: { burnToken: "uUSDC" },
      codespace: "sdk",
      code: 5,
      text: "error during transfer",
    },
    {
      name: "nobody may burn",
      prepare: ({ app, ctx }) => app.issuer.setAllowance(ctx, undefined),
      codespace: "fiat-tokenfactory",
      code: 6,
      text: "error during burn: unauthorized: you are not a minter",
    },
    {
      name: "the burner is blacklisted",
      prepare: ({ app, ctx }) => app.issuer.blacklist(ctx, BURNER_BYTES),
      codespace: "fiat-tokenfactory",
      code: 6,
      text: "depositor address is blacklisted",
    },
    {
      name: "the issuer is paused",
      prepare: ({ app, ctx }) => app.issuer.setPaused(ctx, true),
      codespace: "fiat-tokenfactory",
      code: 6,
      text: "burning is paused",
    },
    {
      name: "a recipient of 20 bytes",
      change: { mintRecipient: new Uint8Array(20).fill(1) },
      code: 55,
      text: "error parsing burn message into bytes",
    },
    {
      name: "a caller of 20 bytes",
      prepare: pauseMessages,
      change: { destinationCaller: new Uint8Array(20).fill(1) },
      code: 42,
      text: "destination caller must be nonzero",
    },
    { name: "messages are paused", prepare: pauseMessages, code: 42, text: "sending and receiving messages is paused" },
    {
      name: "bodies are too long",
      prepare: ({ app, ctx }) => app.cctp.setMaxMessageBodySize(ctx, 131n),
      code: 42,
      text: "message body exceeds max size",
    },
  ]);

  test("behavior: burns, counts, and takes the next nonce", () => {
    const { app, ctx } = world();
    const outcome = runMessage(app, ctx, tx.MsgDepositForBurnWithCaller, valid());
    expect(outcome.response).toEqual({ nonce: 0n });
    expect(app.cctp.nextNonce(outcome.ctx)).toBe(1n);
    expect(app.bank.balance(outcome.ctx, BURNER_BYTES, "uusdc")).toBe(9n * MILLION);
    expect(app.bank.supply(ctx, "uusdc") - app.bank.supply(outcome.ctx, "uusdc")).toBe(MILLION);
    expect(app.issuer.remoteDomain(outcome.ctx, 0)).toEqual({ domain: 0, minted: "10000000", burned: "1000000" });
  });
});

describe("MsgSendMessageWithCaller", () => {
  const valid = () => ({
    from: STRANGER,
    destinationDomain: 77,
    recipient: WORD,
    messageBody: Uint8Array.of(1, 2),
    destinationCaller: WORD,
  });
  refusals(tx.MsgSendMessageWithCaller, valid, [
    {
      name: "caller zero",
      prepare: pauseMessages,
      change: { destinationCaller: zeroBytes32() },
      code: 42,
      text: "destination caller must be nonzero",
    },
    {
      name: "messages are paused",
      prepare: pauseMessages,
      change: { messageBody: new Uint8Array(8001) },
      code: 42,
      text: "sending and receiving messages is paused",
    },
    {
      name: "a long body",
      change: { messageBody: new Uint8Array(8001), recipient: zeroBytes32() },
      code: 42,
      text: "message body exceeds max size",
    },
    { name: "recipient zero", change: { recipient: zeroBytes32() }, code: 42, text: "recipient must not be nonzero" },
    { name: "no recipient", change: { recipient: new Uint8Array(0) }, code: 42, text: "recipient must not be nonzero" },
    {
      name: "a recipient of 20 bytes",
      change: { recipient: new Uint8Array(20).fill(1) },
      code: 54,
      text: "recipient must be 32 bytes, got 20",
    },
  ]);
});

/** The burn that our chain emitted under nonce 3, and its attestation. */
function ownBurn(sourceDomain = 4) {
  const message = encodeMessageV1({
    version: 0,
    sourceDomain,
    destinationDomain: 0,
    nonce: 3n,
    sender: cctpModuleBytes32(),
    recipient: MESSENGER,
    destinationCaller: zeroBytes32(),
    messageBody: encodeBurnMessageV1({
      version: 0,
      burnToken: bytesOf("0x487039debedbf32d260137b0a6f66b90962bec777250910d253781de326a716d"),
      mintRecipient: WORD,
      amount: MILLION,
      messageSender: addressToBytes32(BURNER_BYTES),
    }),
  });
  const privKey = bytesOf(ATTESTER?.privateKey ?? "");
  return { message, attestation: signAttestation(message, [privKey]) };
}

describe("MsgReplaceDepositForBurn", () => {
  const own = ownBurn();
  const foreign = ownBurn(0);
  const valid = () => ({
    from: BURNER,
    originalMessage: own.message,
    originalAttestation: own.attestation,
    newDestinationCaller: WORD,
    newMintRecipient: WORD,
  });
  refusals(tx.MsgReplaceDepositForBurn, valid, [
    {
      name: "burning is paused",
      prepare: pauseBurningAsNoble,
      change: { originalMessage: new Uint8Array(3) },
      code: 44,
      text: "burning and minting are paused",
    },
    {
      name: "a short message",
      change: { originalMessage: new Uint8Array(3) },
      code: 54,
      text: "cctp message must be at least 116 bytes, got 3",
    },
    {
      name: "no burn",
      change: { originalMessage: own.message.subarray(0, 200) },
      code: 55,
      text: "burn message must be 132 bytes, got 0",
    },
    {
      name: "somebody else's",
      change: { from: STRANGER, newMintRecipient: zeroBytes32() },
      code: 44,
      text: "invalid sender for message",
    },
    {
      name: "recipient zero",
      change: { newMintRecipient: zeroBytes32() },
      code: 44,
      text: "mint recipient must be nonzero",
    },
    {
      name: "no recipient",
      change: { newMintRecipient: new Uint8Array(0) },
      code: 55,
      text: "error parsing burn message: ",
    },
    {
      name: "messages are paused",
      prepare: pauseMessages,
      code: 47,
      text: "error calling replace message: sending and receiving messages are paused",
    },
    {
      name: "not attested",
      change: { originalAttestation: new Uint8Array(65) },
      code: 46,
      text: "unable to verify signatures",
    },
    {
      name: "of another chain",
      change: { originalMessage: foreign.message, originalAttestation: foreign.attestation },
      code: 47,
      text: "message not originally sent from this domain",
    },
    {
      name: "no caller",
      change: { newDestinationCaller: new Uint8Array(0) },
      code: 54,
      text: "destination caller must be 32 bytes, got 0",
    },
  ]);

  test("behavior: the same nonce, no money moves, and the event has the hash of a hash; also while burning is paused", () => {
    const chain = world();
    pauseBurning(chain);
    const outcome = runMessage(chain.app, chain.ctx, tx.MsgReplaceDepositForBurn, valid());
    expect(outcome.failure).toBeUndefined();
    const [sent, burned] = outcome.events;
    const message = Buffer.from(JSON.parse(sent?.attributes[0]?.value ?? '""'), "base64");
    expect(message.readBigUInt64BE(12)).toBe(3n);
    expect(textOf(message.subarray(84, 116))).toBe(textOf(WORD));
    const attribute = burned?.attributes.find(({ key }) => key === "burn_token")?.value;
    expect(attribute).toBe(vectors.sendCases.find(({ id }) => id === "ns-replace-quirk")?.burn_token_attribute);
    expect(chain.app.cctp.nextNonce(outcome.ctx)).toBe(0n);
    expect(chain.app.bank.supply(outcome.ctx, "uusdc")).toBe(chain.app.bank.supply(chain.ctx, "uusdc"));
  });
});

describe("MsgReplaceMessage", () => {
  const own = ownBurn();
  const privKey = bytesOf(ATTESTER?.privateKey ?? "");
  const message = encodeMessageV1({
    version: 0,
    sourceDomain: 4,
    destinationDomain: 0,
    nonce: 9n,
    sender: addressToBytes32(BURNER_BYTES),
    recipient: WORD,
    destinationCaller: zeroBytes32(),
    messageBody: Uint8Array.of(1),
  });
  const valid = () => ({
    from: BURNER,
    originalMessage: message,
    originalAttestation: signAttestation(message, [privKey]),
    newMessageBody: Uint8Array.of(2),
    newDestinationCaller: zeroBytes32(),
  });
  refusals(tx.MsgReplaceMessage, valid, [
    {
      name: "messages are paused",
      prepare: pauseMessages,
      change: { originalAttestation: new Uint8Array(0) },
      code: 47,
      text: "sending and receiving messages are paused",
    },
    {
      name: "not attested",
      change: { originalAttestation: new Uint8Array(0), from: STRANGER },
      code: 46,
      text: "unable to verify signatures",
    },
    { name: "somebody else's", change: { from: STRANGER }, code: 47, text: "sender not permitted to use nonce" },
    {
      name: "a burn, by its burner",
      change: { originalMessage: own.message, originalAttestation: own.attestation },
      code: 47,
      text: "sender not permitted to use nonce",
    },
    {
      name: "a long body",
      change: { newMessageBody: new Uint8Array(8001) },
      code: 42,
      text: "message body exceeds max size",
    },
    {
      name: "no caller",
      change: { newDestinationCaller: new Uint8Array(0) },
      code: 54,
      text: "destination caller must be 32 bytes, got 0",
    },
  ]);
});

/** A codec among others, which a table has to treat alike. */
function erase<T>(codec: MessageCodec<T>): MessageCodec<object> {
  return codec as MessageCodec<object>;
}

/** What only a role may do, a valid message of it, and what the row after it finds changed. */
const ADMINISTRATION: readonly (readonly [string, MessageCodec<object>, object, (world: World) => unknown, unknown])[] =
  [
    [
      "MsgUpdateOwner",
      erase(tx.MsgUpdateOwner),
      { newOwner: STRANGER },
      ({ app, ctx }) => app.cctp.role(ctx, "pendingOwner"),
      STRANGER,
    ],
    [
      "MsgUpdateAttesterManager",
      erase(tx.MsgUpdateAttesterManager),
      { newAttesterManager: STRANGER },
      ({ app, ctx }) => app.cctp.role(ctx, "attesterManager"),
      STRANGER,
    ],
    [
      "MsgUpdatePauser",
      erase(tx.MsgUpdatePauser),
      { newPauser: STRANGER },
      ({ app, ctx }) => app.cctp.role(ctx, "pauser"),
      STRANGER,
    ],
    [
      "MsgUpdateTokenController",
      erase(tx.MsgUpdateTokenController),
      { newTokenController: STRANGER },
      ({ app, ctx }) => app.cctp.role(ctx, "tokenController"),
      STRANGER,
    ],
    [
      "MsgUpdateMaxMessageBodySize",
      erase(tx.MsgUpdateMaxMessageBodySize),
      { messageSize: 9n },
      ({ app, ctx }) => app.cctp.maxMessageBodySize(ctx),
      9n,
    ],
    [
      "MsgAddRemoteTokenMessenger",
      erase(tx.MsgAddRemoteTokenMessenger),
      { domainId: 5, address: WORD },
      ({ app, ctx }) => app.cctp.remoteTokenMessenger(ctx, 5),
      WORD,
    ],
    [
      "MsgRemoveRemoteTokenMessenger",
      erase(tx.MsgRemoveRemoteTokenMessenger),
      { domainId: 0 },
      ({ app, ctx }) => app.cctp.remoteTokenMessenger(ctx, 0),
      undefined,
    ],
    [
      "MsgEnableAttester",
      erase(tx.MsgEnableAttester),
      { attester: OTHER_ATTESTER },
      ({ app, ctx }) => app.cctp.hasAttester(ctx, OTHER_ATTESTER),
      true,
    ],
    [
      "MsgPauseBurningAndMinting",
      erase(tx.MsgPauseBurningAndMinting),
      {},
      ({ app, ctx }) => app.cctp.isBurningAndMintingPaused(ctx),
      true,
    ],
    [
      "MsgUnpauseBurningAndMinting",
      erase(tx.MsgUnpauseBurningAndMinting),
      {},
      ({ app, ctx }) => app.cctp.isBurningAndMintingPaused(ctx),
      false,
    ],
    [
      "MsgPauseSendingAndReceivingMessages",
      erase(tx.MsgPauseSendingAndReceivingMessages),
      {},
      ({ app, ctx }) => app.cctp.isSendingAndReceivingPaused(ctx),
      true,
    ],
    [
      "MsgUnpauseSendingAndReceivingMessages",
      erase(tx.MsgUnpauseSendingAndReceivingMessages),
      {},
      ({ app, ctx }) => app.cctp.isSendingAndReceivingPaused(ctx),
      false,
    ],
    [
      "MsgLinkTokenPair",
      erase(tx.MsgLinkTokenPair),
      { remoteDomain: 1, remoteToken: WORD, localToken: "uUSDC" },
      ({ app, ctx }) => app.cctp.localToken(ctx, 1, WORD),
      "uusdc",
    ],
    [
      "MsgUnlinkTokenPair",
      erase(tx.MsgUnlinkTokenPair),
      { remoteDomain: 0, remoteToken: TOKEN },
      ({ app, ctx }) => app.cctp.localToken(ctx, 0, TOKEN),
      undefined,
    ],
    [
      "MsgSetMaxBurnAmountPerMessage",
      erase(tx.MsgSetMaxBurnAmountPerMessage),
      { localToken: "uUSDC", amount: "7" },
      ({ app, ctx }) => app.cctp.burnLimit(ctx, "uusdc"),
      7n,
    ],
  ];

/** What Noble's module says that somebody cannot do. */
const ACTS: Readonly<Record<string, string>> = {
  MsgUpdateOwner: "update the authority",
  MsgUpdateAttesterManager: "update the attester manager",
  MsgUpdatePauser: "update the pauser",
  MsgUpdateTokenController: "update the authority",
  MsgUpdateMaxMessageBodySize: "update the max message body size",
  MsgAddRemoteTokenMessenger: "add remote token messengers",
  MsgRemoveRemoteTokenMessenger: "remove remote token messengers",
  MsgEnableAttester: "enable attesters",
  MsgPauseBurningAndMinting: "pause burning and minting",
  MsgUnpauseBurningAndMinting: "unpause burning and minting",
  MsgPauseSendingAndReceivingMessages: "pause sending and receiving messages",
  MsgUnpauseSendingAndReceivingMessages: "unpause sending and receiving messages",
  MsgLinkTokenPair: "link token pairs",
  MsgUnlinkTokenPair: "unlink token pairs",
  MsgSetMaxBurnAmountPerMessage: "set the max burn amount per message",
};

describe.each(ADMINISTRATION)("%s", (name, codec, message, read, changed) => {
  test("default: by who holds the role, with one event", () => {
    const { app, ctx } = world();
    const outcome = runMessage(app, ctx, codec, { from: OWNER, ...message });
    expect(outcome.failure).toBeUndefined();
    expect(outcome.events).toHaveLength(1);
    expect(read({ app, ctx: outcome.ctx })).toEqual(changed);
  });

  test("error: by anybody else, before anything else is looked at", () => {
    const chain = world();
    const before = dump(chain);
    const outcome = runMessage(chain.app, chain.ctx, codec, { from: STRANGER } as object);
    expect(outcome.failure).toMatchObject({ codespace: "cctp", code: 30 });
    expect(outcome.failure?.log).toBe(`this message sender cannot ${ACTS[name]}: unauthorized`);
    expect(dump(chain)).toEqual(before);
  });

  test("error: when nobody holds the role", () => {
    const chain = world();
    for (const role of ["owner", "attesterManager", "pauser", "tokenController"] as const) {
      chain.app.cctp.setRole(chain.ctx, role, "");
    }
    expect(runMessage(chain.app, chain.ctx, codec, { from: OWNER, ...message }).failure?.code).toBe(30);
  });
});

describe("administration", () => {
  const twoAttesters = ({ app, ctx }: World) => app.cctp.addAttester(ctx, OTHER_ATTESTER);
  const rows: readonly (readonly [string, MessageCodec<object>, object, number, string, ((world: World) => void)?])[] =
    [
      ["a malformed owner", erase(tx.MsgUpdateOwner), { newOwner: "nobody" }, 100, "invalid new owner address"],
      ["a malformed pauser", erase(tx.MsgUpdatePauser), { newPauser: "" }, 100, "invalid new pauser address"],
      [
        "a messenger of 20 bytes",
        erase(tx.MsgAddRemoteTokenMessenger),
        { domainId: 5, address: new Uint8Array(20) },
        100,
        "must be a byte32 array",
      ],
      [
        "a second messenger",
        erase(tx.MsgAddRemoteTokenMessenger),
        { domainId: 0, address: WORD },
        51,
        "already exists",
      ],
      [
        "a messenger that is not there",
        erase(tx.MsgRemoveRemoteTokenMessenger),
        { domainId: 5 },
        53,
        "no remote token messenger was found for this domain",
      ],
      ["an attester without bytes", erase(tx.MsgEnableAttester), { attester: "0xzz" }, 100, "invalid attester"],
      [
        "an attester of 33 bytes",
        erase(tx.MsgEnableAttester),
        { attester: `0x02${"11".repeat(32)}` },
        100,
        "invalid attester",
      ],
      [
        "an attester again",
        erase(tx.MsgEnableAttester),
        { attester: ATTESTER?.uncompressedPublicKey },
        33,
        "already exists",
      ],
      [
        "an attester again, spelled otherwise",
        erase(tx.MsgEnableAttester),
        { attester: ATTESTER?.uncompressedPublicKey.slice(2).toUpperCase() },
        33,
        "already exists",
      ],
      ["disabling who is none", erase(tx.MsgDisableAttester), { attester: OTHER_ATTESTER }, 37, "attester not found"],
      [
        "disabling the last",
        erase(tx.MsgDisableAttester),
        { attester: ATTESTER?.uncompressedPublicKey },
        37,
        "cannot disable the last attester",
      ],
      [
        "disabling below the threshold",
        erase(tx.MsgDisableAttester),
        { attester: OTHER_ATTESTER },
        37,
        "signature threshold is too low",
        (chain) => {
          twoAttesters(chain);
          chain.app.cctp.setSignatureThreshold(chain.ctx, 2);
        },
      ],
      [
        "a threshold of nothing",
        erase(tx.MsgUpdateSignatureThreshold),
        { amount: 0 },
        38,
        "invalid signature threshold",
      ],
      ["the same threshold", erase(tx.MsgUpdateSignatureThreshold), { amount: 1 }, 38, "already set to this value"],
      [
        "a threshold above all",
        erase(tx.MsgUpdateSignatureThreshold),
        { amount: 2 },
        38,
        "new signature threshold is too high",
      ],
      [
        "a token of 20 bytes",
        erase(tx.MsgLinkTokenPair),
        { remoteDomain: 1, remoteToken: new Uint8Array(20) },
        56,
        "must be a byte32 array",
      ],
      [
        "a pair again",
        erase(tx.MsgLinkTokenPair),
        { remoteDomain: 0, remoteToken: TOKEN, localToken: "uusdc" },
        40,
        "mapping already exists in store",
      ],
      [
        "unlinking 20 bytes",
        erase(tx.MsgUnlinkTokenPair),
        { remoteDomain: 0, remoteToken: new Uint8Array(20) },
        56,
        "must be a byte32 array",
      ],
      [
        "unlinking what is not linked",
        erase(tx.MsgUnlinkTokenPair),
        { remoteDomain: 1, remoteToken: TOKEN },
        41,
        "doesn't exist",
      ],
      [
        "a limit that is no number",
        erase(tx.MsgSetMaxBurnAmountPerMessage),
        { localToken: "uusdc", amount: "-1" },
        49,
        "invalid amount",
      ],
    ];

  test.each(rows.map((row) => [row[0], row] as const))("error: %s", (_name, row) => {
    const [, codec, message, code, text, prepare] = row;
    const chain = world();
    prepare?.(chain);
    const before = dump(chain);
    const { failure } = runMessage(chain.app, chain.ctx, codec, { from: OWNER, ...message });
    expect(failure).toMatchObject({ codespace: "cctp", code });
    expect(failure?.log).toContain(text);
    expect(dump(chain)).toEqual(before);
  });

  test("default: an attester is disabled, a threshold raised", () => {
    const chain = world();
    twoAttesters(chain);
    const raised = runMessage(chain.app, chain.ctx, tx.MsgUpdateSignatureThreshold, { from: OWNER, amount: 2 });
    expect(chain.app.cctp.signatureThreshold(raised.ctx)).toBe(2);
    const gone = runMessage(chain.app, chain.ctx, tx.MsgDisableAttester, { from: OWNER, attester: OTHER_ATTESTER });
    expect(chain.app.cctp.hasAttester(gone.ctx, OTHER_ATTESTER)).toBe(false);
  });

  test("behavior: an owner is named by one and accepted by the other", () => {
    const { app, ctx } = world();
    expect(runMessage(app, ctx, tx.MsgAcceptOwner, { from: STRANGER }).failure?.log).toContain(
      "pending owner is not set",
    );
    const named = runMessage(app, ctx, tx.MsgUpdateOwner, { from: OWNER, newOwner: STRANGER });
    expect(runMessage(app, named.ctx, tx.MsgAcceptOwner, { from: OWNER }).failure).toMatchObject({
      code: 30,
      log: expect.stringContaining("you are not the pending owner"),
    });
    const accepted = runMessage(app, named.ctx, tx.MsgAcceptOwner, { from: STRANGER });
    expect(app.cctp.owner(accepted.ctx)).toBe(STRANGER);
    expect(app.cctp.role(accepted.ctx, "pendingOwner")).toBeUndefined();
  });

  test("error: a nonce under another's key, and money that was left with the module", () => {
    const { app, ctx } = world();
    const broken = () => app.brokenInvariantsOf(ctx);
    expect(broken()).toEqual([]);
    app.cctp.useNonce(ctx, 0, 5n);
    expect(broken()).toEqual([]);
    const store = ctx.stores.store(CCTP);
    store.set(usedNonceKey(0, 6n), store.get(usedNonceKey(0, 5n)) ?? new Uint8Array(0));
    expect(broken()[0]).toContain("nonce 5 of domain 0 stands under");
    store.delete(usedNonceKey(0, 6n));
    app.bank.sendCoinsFromAccountToModule(ctx, BURNER_BYTES, CCTP, [{ denom: "uusdc", amount: 3n }]);
    expect(broken()[0]).toContain("the module account holds 3 uusdc");
  });

  test("behavior: Noble's rule takes any hex as an attester, and the same key twice", () => {
    const { app, ctx } = world(false);
    for (const attester of ["0x01", `${ATTESTER?.uncompressedPublicKey.slice(2)}`]) {
      expect(runMessage(app, ctx, tx.MsgEnableAttester, { from: OWNER, attester }).failure).toBeUndefined();
    }
  });
});
