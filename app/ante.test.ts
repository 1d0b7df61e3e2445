// The order of what a transaction is refused for, step by step (x/auth/README.md): a ladder on which each rung breaks one
// more thing than the rung above, and the first that is broken must win. Then what is refused of keys and signatures: each
// row breaks one thing of a multisig transaction that is good.

import { beforeAll, describe, expect, test } from "vitest";
import { MsgSend } from "../gen/cosmos/bank/v1beta1/tx.ts";
import { MultiSignature } from "../gen/cosmos/crypto/multisig/v1beta1/multisig.ts";
import { SignMode } from "../gen/cosmos/tx/signing/v1beta1/signing.ts";
import { AuthInfo, Fee, type ModeInfo, type SignerInfo, TxBody, TxRaw } from "../gen/cosmos/tx/v1beta1/tx.ts";
import { Any } from "../gen/google/protobuf/any.ts";
import { ResponseCheckTx } from "../gen/tendermint/abci/types.ts";
import { encodeAddress } from "../src/codec/address.ts";
import { timestampFromNs } from "../src/codec/time.ts";
import { addressOfPubKey } from "../src/crypto/address.ts";
import { sha256 } from "../src/crypto/hash.ts";
import { makeBitArray } from "../src/crypto/multisig.ts";
import { encodePubKey, type MultisigPubKey, type PubKey } from "../src/crypto/pubKey.ts";
import { publicKeyOf, signSecp256k1 } from "../src/crypto/secp256k1.ts";
import { signBytes } from "../x/auth/ante/signers.ts";
import type { ChainApp } from "./app.ts";
import { emptyApp } from "./genesis.ts";
import {
  ADDRESSES,
  CHAIN_ID,
  KEYS,
  makeBlock,
  sendMessage,
  startChain,
  testAppState,
  timeNsOf,
} from "./testing/testChain.ts";

const STRANGER = encodeAddress(new Uint8Array(20).fill(77));
const { SIGN_MODE_DIRECT: DIRECT, SIGN_MODE_LEGACY_AMINO_JSON: AMINO } = SignMode;

const keyOf = (privKey: Uint8Array): PubKey => ({ kind: "secp256k1", key: publicKeyOf(privKey) });
const multisigOf = (threshold: number, count: number): MultisigPubKey => ({
  kind: "multisig",
  threshold,
  members: Array.from({ length: count }, (_, index) => keyOf(new Uint8Array(32).fill(100 + index))),
});
const addressText = (key: PubKey) => encodeAddress(addressOfPubKey(key));

const TWO_OF_THREE = multisigOf(2, 3);
const ONE_OF_EIGHT = multisigOf(1, 8);
const EDWARDS: PubKey = { kind: "ed25519", key: new Uint8Array(32).fill(3) };

/** The test chain, with money for two multisig keys (numbers 3 and 4) and an ed25519 key (5). */
function chain(): ChainApp {
  const state = testAppState() as { auth: { accounts: object[] }; bank: { balances: object[] } };
  for (const [index, key] of [TWO_OF_THREE, ONE_OF_EIGHT, EDWARDS].entries()) {
    const address = addressText(key);
    const account = { "@type": "/cosmos.auth.v1beta1.BaseAccount", address, account_number: String(3 + index) };
    state.auth.accounts.push({ ...account, sequence: "0" });
    state.bank.balances.push({ address, coins: [{ denom: "uusdc", amount: "1000000" }] });
  }
  const app = emptyApp();
  startChain(app, state);
  for (let block = 0; block < 3; block += 1) makeBlock(app);
  return app;
}

let app: ChainApp;
beforeAll(() => {
  app = chain();
});

/** A transaction in pieces. */
interface Parts {
  readonly body: TxBody;
  readonly fee: Fee | undefined;
  readonly infos: readonly SignerInfo[];
  readonly signatures: readonly Uint8Array[];
}

function encode({ body, fee, infos, signatures }: Parts): Uint8Array {
  const authInfo = AuthInfo.fromPartial({ signerInfos: [...infos], ...(fee === undefined ? {} : { fee }) });
  return TxRaw.encode({
    bodyBytes: TxBody.encode(body).finish(),
    authInfoBytes: AuthInfo.encode(authInfo).finish(),
    signatures: [...signatures],
  }).finish();
}

function infoOf(key: PubKey, modeInfo: ModeInfo = { single: { mode: DIRECT } }, sequence = 0n): SignerInfo {
  return { publicKey: encodePubKey(key), modeInfo, sequence };
}

const feeOf = (change: Partial<Fee> = {}) =>
  Fee.fromPartial({ amount: [{ denom: "uusdc", amount: "2500" }], gasLimit: 200_000n, ...change });

function transferFrom(from: string, change: Partial<TxBody> = {}): TxBody {
  return TxBody.fromPartial({ messages: [sendMessage(from, ADDRESSES[1]!, "5uusdc")], ...change });
}

/** What `privKey` signs of a transaction in pieces. */
function sign(parts: Parts, privKey: Uint8Array, mode: SignMode, accountNumber: bigint): Uint8Array {
  const place = { chainId: CHAIN_ID, accountNumber, sequence: 0n };
  return signSecp256k1(sha256(signBytes(app.registry, app.decode(encode(parts)), mode, place)), privKey);
}

function goodTransfer(): Parts {
  const unsigned = {
    body: transferFrom(ADDRESSES[0]!),
    fee: feeOf(),
    infos: [infoOf(keyOf(KEYS[0]!))],
    signatures: [new Uint8Array(64)],
  };
  return { ...unsigned, signatures: [sign(unsigned, KEYS[0]!, DIRECT, 0n)] };
}

/** What the check says, which must be what a block says. */
function refusal(parts: Parts) {
  const bytes = encode(parts);
  const checked = app.checkTx(app.decode(bytes), "check");
  const [executed] = makeBlock(app, [bytes]).txResults;
  expect(executed).toMatchObject({ code: checked.code, codespace: checked.codespace });
  // CometBFT is told of each refusal, whatever numbers the transaction has.
  return ResponseCheckTx.decode(ResponseCheckTx.encode(checked).finish());
}

interface Rung {
  readonly name: string;
  readonly breaks: (parts: Parts) => Parts;
  readonly code: number;
  readonly log: string;
}

const withBody =
  (change: Partial<TxBody>) =>
  (parts: Parts): Parts => ({ ...parts, body: { ...parts.body, ...change } });
const withFee =
  (change: Partial<Fee>) =>
  (parts: Parts): Parts => ({ ...parts, fee: { ...feeOf(), ...parts.fee, ...change } });
const SHORT = new Uint8Array([1, 2, 3]);

const MALFORMED = {
  typeUrl: `/${MsgSend.$type}`,
  value: MsgSend.encode({
    fromAddress: ADDRESSES[0]!,
    toAddress: ADDRESSES[1]!,
    amount: [{ denom: "uusdc", amount: "much" }],
  }).finish(),
};

const LADDER: readonly Rung[] = [
  {
    name: "a message whose amount is no number",
    breaks: withBody({ messages: [MALFORMED] }),
    code: 2,
    log: `amount of a coin: invalid 256-bit integer "much"`,
  },
  {
    name: "extension options",
    breaks: withBody({ extensionOptions: [Any.fromPartial(sendMessage(ADDRESSES[0]!, ADDRESSES[1]!, "5uusdc"))] }),
    code: 31,
    log: "unknown extension options",
  },
  { name: "no fee", breaks: (parts) => ({ ...parts, fee: undefined }), code: 18, log: "missing fee" },
  { name: "more gas than there is", breaks: withFee({ gasLimit: 1n << 63n }), code: 18, log: "invalid gas supplied" },
  {
    name: "a malformed fee",
    breaks: withFee({ amount: [{ denom: "uusdc", amount: "-1" }] }),
    code: 13,
    log: "invalid fee provided",
  },
  { name: "a malformed granter", breaks: withFee({ granter: "nobody" }), code: 7, log: "granter address" },
  { name: "no signatures", breaks: (parts) => ({ ...parts, signatures: [] }), code: 15, log: "no signatures supplied" },
  {
    name: "a signature too many",
    breaks: (parts) => ({ ...parts, signatures: [...parts.signatures, SHORT] }),
    code: 4,
    log: "wrong number of signers; expected 2, got 3",
  },
  { name: "a height that has passed", breaks: withBody({ timeoutHeight: 1n }), code: 30, log: "timeout height: 1" },
  {
    name: "a time that has passed",
    breaks: withBody({ timeoutTimestamp: timestampFromNs(timeNsOf(1)) }),
    code: 42,
    log: "timeout timestamp: ",
  },
  { name: "a long memo", breaks: withBody({ memo: "m".repeat(257) }), code: 12, log: "but received 257 characters" },
  { name: "too little gas for its size", breaks: withFee({ gasLimit: 3_000n }), code: 11, log: "location: txSize" },
  {
    name: "too small a fee",
    breaks: withFee({ amount: [{ denom: "uusdc", amount: "1" }], gasLimit: 200_000n }),
    code: 13,
    log: "insufficient fees; got: 1uusdc",
  },
  {
    name: "a granter who grants nothing",
    breaks: withFee({ granter: ADDRESSES[2]!, amount: [{ denom: "uusdc", amount: "2000000" }] }),
    code: 38,
    log: "fee-grant not found",
  },
  {
    name: "a payer who is not there",
    breaks: (parts) => ({
      ...withFee({ payer: STRANGER, granter: "" })(parts),
      signatures: [...parts.signatures, SHORT].slice(0, 2),
    }),
    code: 9,
    log: `fee payer address: ${STRANGER} does not exist`,
  },
  {
    name: "a fee that nobody has",
    breaks: withFee({ amount: [{ denom: "uusdc", amount: "2000000" }] }),
    code: 5,
    log: "spendable balance 1000000uusdc is smaller than 2000000uusdc",
  },
  {
    name: "a signer too many",
    breaks: (parts) => ({ ...parts, infos: [...parts.infos, infoOf(keyOf(KEYS[1]!))] }),
    code: 4,
    log: "invalid number of signer;  expected: 1, got 2",
  },
  {
    name: "a malformed key",
    breaks: (parts) => ({
      ...parts,
      infos: [{ ...parts.infos[0]!, publicKey: encodePubKey({ kind: "secp256k1", key: SHORT }) }],
    }),
    code: 8,
    log: "expected 33 bytes, got 3",
  },
  {
    name: "somebody else's key",
    breaks: (parts) => ({ ...parts, infos: [{ ...parts.infos[0]!, publicKey: encodePubKey(keyOf(KEYS[1]!)) }] }),
    code: 8,
    log: "pubKey does not match signer address",
  },
  {
    name: "too little gas for its signatures",
    // All before it takes 34,596, a signature 1,000.
    breaks: withFee({ gasLimit: 35_000n }),
    code: 11,
    log: "out of gas in location: ante verify: secp256k1; gasWanted: 35000, gasUsed: 35596",
  },
  {
    name: "another sequence",
    breaks: (parts) => ({ ...parts, infos: parts.infos.map((info) => ({ ...info, sequence: 9n })) }),
    code: 32,
    log: "account sequence mismatch, expected 0, got 9",
  },
  {
    name: "a bad signature",
    breaks: (parts) => ({ ...parts, signatures: parts.signatures.map(() => SHORT) }),
    code: 4,
    log: "signature verification failed; please verify account number (0)",
  },
];

describe("the order of refusals", () => {
  test.each(LADDER.map((rung, index) => ({ ...rung, index })))("error: $name", ({ index, code, log }) => {
    // Everything that is looked at later is broken, too; this rung has the last word on what it breaks.
    const parts = LADDER.slice(index).reduceRight((broken, { breaks }) => breaks(broken), goodTransfer());
    const checked = refusal(parts);
    expect(checked.log).toContain(log);
    expect(checked.code).toBe(code);
  });

  test("default: with nothing broken it is taken", () => {
    expect(app.checkTx(app.decode(encode(goodTransfer())), "check").code).toBe(0);
  });
});

/** A transfer from two of three, signed by the first and the third. */
function goodMultisig(mode: SignMode = AMINO, body: Partial<TxBody> = {}): Parts {
  const modeInfo = {
    multi: { bitarray: makeBitArray(3, [0, 2]), modeInfos: [{ single: { mode } }, { single: { mode } }] },
  };
  const unsigned: Parts = {
    body: transferFrom(addressText(TWO_OF_THREE), body),
    fee: feeOf(),
    infos: [infoOf(TWO_OF_THREE, modeInfo)],
    signatures: [new Uint8Array(0)],
  };
  const signatures = [0, 2].map((index) => sign(unsigned, new Uint8Array(32).fill(100 + index), mode, 3n));
  return { ...unsigned, signatures: [MultiSignature.encode({ signatures }).finish()] };
}

describe("keys and signatures", () => {
  const multi = {
    bitarray: makeBitArray(3, [0, 2]),
    modeInfos: [{ single: { mode: AMINO } }, { single: { mode: AMINO } }],
  };
  const withMode = (modeInfo: ModeInfo) => (): Parts => ({
    ...goodMultisig(),
    infos: [infoOf(TWO_OF_THREE, modeInfo)],
  });
  const withSignatures = (change: (signatures: readonly Uint8Array[]) => Uint8Array[]) => (): Parts => {
    const parts = goodMultisig();
    const { signatures } = MultiSignature.decode(parts.signatures[0]!);
    return { ...parts, signatures: [MultiSignature.encode({ signatures: change(signatures) }).finish()] };
  };
  const single = (key: PubKey, modeInfo?: ModeInfo) => (): Parts => ({
    body: transferFrom(addressText(key)),
    fee: feeOf(),
    infos: [infoOf(key, modeInfo)],
    signatures: [new Uint8Array(64)],
  });

  test("default: two of three are enough", () => {
    expect(app.checkTx(app.decode(encode(goodMultisig())), "check").code).toBe(0);
  });

  test.each<[string, () => Parts, number, string]>([
    ["eight keys where seven are the limit", single(ONE_OF_EIGHT), 14, "signatures: 8, limit: 7"],
    ["an ed25519 key", single(EDWARDS), 8, "ED25519 public keys are unsupported"],
    [
      "a mode that is not known",
      single(keyOf(KEYS[0]!), { single: { mode: SignMode.SIGN_MODE_TEXTUAL } }),
      4,
      "verification failed",
    ],
    ["no mode", single(keyOf(KEYS[0]!), {}), 4, "expected the mode of a single secp256k1 key"],
    [
      "the mode of one key for several",
      withMode({ single: { mode: AMINO } }),
      4,
      "expected the modes of a multisig key",
    ],
    [
      "members that sign in mode direct",
      () => goodMultisig(DIRECT),
      4,
      "SIGN_MODE_DIRECT is not supported for multisig",
    ],
    [
      "a bit for a fourth member",
      withMode({ multi: { ...multi, bitarray: makeBitArray(4, [0, 2]) } }),
      4,
      "bit array size",
    ],
    [
      "bits of other members",
      withMode({ multi: { ...multi, bitarray: makeBitArray(3, [0, 1]) } }),
      4,
      "verification failed",
    ],
    [
      "fewer bits than signatures",
      withMode({ multi: { ...multi, bitarray: makeBitArray(3, [0]) } }),
      4,
      "not enough signatures set",
    ],
    [
      "a mode too few",
      withMode({ multi: { ...multi, modeInfos: [{ single: { mode: AMINO } }] } }),
      4,
      "2 signatures with 1 modes",
    ],
    ["a signature too few", withSignatures(([first]) => [first!]), 4, "1 signatures with 2 modes"],
    ["signatures in another order", withSignatures((all) => [...all].reverse()), 4, "verification failed"],
    ["one member twice", withSignatures(([first]) => [first!, first!]), 4, "verification failed"],
    ["what is no list of signatures", () => ({ ...goodMultisig(), signatures: [SHORT] }), 4, "MultiSignature"],
    [
      "a list of signatures with more in it",
      () => ({ ...goodMultisig(), signatures: [Uint8Array.of(...goodMultisig().signatures[0]!, 0x12, 0)] }),
      4,
      "rejecting unrecognized fields found in MultiSignature",
    ],
    [
      "signatures over another memo",
      () => ({ ...goodMultisig(), body: transferFrom(addressText(TWO_OF_THREE), { memo: "x" }) }),
      4,
      "verification failed",
    ],
  ])("error: %s", (_what, make, code, log) => {
    const checked = refusal(make());
    expect(checked.log).toContain(log);
    expect(checked.code).toBe(code);
  });

  test("behavior: what is refused leaves neither fee nor sequence nor key behind", () => {
    expect(app.accounts.getAccount(app.queryContext(), addressOfPubKey(TWO_OF_THREE))).toMatchObject({
      pubKey: undefined,
      sequence: 0n,
    });
    expect(app.bank.balance(app.queryContext(), addressOfPubKey(TWO_OF_THREE), "uusdc")).toBe(1_000_000n);
  });
});
