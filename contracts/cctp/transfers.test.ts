// Burns and mints with values that the vectors do not have.
//
// Cases: random burns of V1 and V2, whose messages src/cctp decodes to what was asked for; random fees at receipt,
// against a model of the checks and of the two mints; the minimum fee for random amounts; a mint to a fee recipient who
// may not receive; depositors on the denylist, themselves and behind a contract.

import fc from "fast-check";
import { type Address, type Hex, maxUint256, pad, parseEventLogs, zeroHash } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FiatToken } from "../../gen/contracts/FiatToken.ts";
import { MessageTransmitterV2 } from "../../gen/contracts/MessageTransmitterV2.ts";
import { TokenMessenger } from "../../gen/contracts/TokenMessenger.ts";
import { TokenMessengerV2 } from "../../gen/contracts/TokenMessengerV2.ts";
import { Wallet } from "../../gen/contracts/testing/Wallet.ts";
import { decodeBurnMessageV1 } from "../../src/cctp/burnMessageV1.ts";
import { decodeBurnMessageV2, encodeBurnMessageV2 } from "../../src/cctp/burnMessageV2.ts";
import { zeroBytes32 } from "../../src/cctp/bytes32.ts";
import { decodeMessageV1 } from "../../src/cctp/messageV1.ts";
import { decodeMessageV2, encodeMessageV2 } from "../../src/cctp/messageV2.ts";
import { bytesOf } from "../../src/cctp/testing/vectors.ts";
import {
  BURNER,
  CONDITIONS,
  FEE_RECIPIENT,
  RECIPIENT,
  RELAYER,
  ROLES,
  STRANGER,
  startVectorChain,
} from "../testing/circleDeployment.ts";
import { attest, hexOf, wordOf } from "../testing/messages.ts";
import { type Call, call, type TestChain } from "../testing/testChain.ts";

const [A, B] = CONDITIONS.chains;
const { abi } = TokenMessengerV2;
const MIN_FEE_MULTIPLIER = 10_000_000n;

let chainA: TestChain;
let chainB: TestChain;

beforeAll(async () => {
  chainA = await startVectorChain("A");
  chainB = await startVectorChain("B");
});

afterAll(() => Promise.all([chainA?.stop(), chainB?.stop()]));

interface Burn {
  readonly amount: bigint;
  readonly destinationDomain: number;
  readonly mintRecipient: Uint8Array;
  readonly destinationCaller: Uint8Array;
}

const word = fc.uint8Array({ minLength: 32, maxLength: 32 });
const nonzeroWord = word.filter((bytes) => bytes.some((byte) => byte !== 0));
const burn: fc.Arbitrary<Burn> = fc.record({
  amount: fc.bigInt({ min: 1n, max: 10n ** 12n }),
  destinationDomain: fc.constantFrom(B.domain, CONDITIONS.cosmos.domain),
  mintRecipient: nonzeroWord,
  destinationCaller: nonzeroWord,
});

/** The message that a burn emitted. */
async function messageOf(attempt: Call): Promise<Uint8Array> {
  const { logs } = await chainA.send(attempt);
  const [sent] = parseEventLogs({ abi: MessageTransmitterV2.abi, eventName: "MessageSent", logs });
  if (sent === undefined) throw new Error("no message was sent");
  return bytesOf(sent.args.message);
}

describe("burns say what was asked for", () => {
  const partners = (destinationDomain: number, version: "v1" | "v2") => ({
    sender: wordOf(A[version].tokenMessenger),
    recipient:
      destinationDomain === B.domain ? wordOf(B[version].tokenMessenger) : bytesOf(CONDITIONS.cosmos.cctpModuleBytes32),
  });

  test("V1", async () => {
    await fc.assert(
      fc.asyncProperty(burn, async (each) => {
        const { amount, destinationDomain, mintRecipient, destinationCaller } = each;
        const message = await messageOf(
          call(BURNER, A.v1.tokenMessenger, {
            abi: TokenMessenger.abi,
            functionName: "depositForBurnWithCaller",
            args: [amount, destinationDomain, hexOf(mintRecipient), A.usdc, hexOf(destinationCaller)],
          }),
        );
        const { messageBody, nonce: _, ...header } = decodeMessageV1(message);
        expect(header).toEqual({
          version: 0,
          sourceDomain: A.domain,
          destinationDomain,
          ...partners(destinationDomain, "v1"),
          destinationCaller,
        });
        expect(decodeBurnMessageV1(messageBody)).toEqual({
          version: 0,
          burnToken: wordOf(A.usdc),
          mintRecipient,
          amount,
          messageSender: wordOf(BURNER),
        });
      }),
      { numRuns: 20 },
    );
  });

  test("V2", async () => {
    const values = fc.record({
      each: burn,
      maxFee: fc.bigInt({ min: 0n, max: 10n ** 12n }),
      minFinalityThreshold: fc.integer({ min: 0, max: 0xffff_ffff }),
      hookData: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    });
    await fc.assert(
      fc.asyncProperty(values, async ({ each, maxFee: wanted, minFinalityThreshold, hookData }) => {
        const { amount, destinationDomain, mintRecipient, destinationCaller } = each;
        const maxFee = wanted % amount;
        const message = await messageOf(
          call(BURNER, A.v2.tokenMessenger, {
            abi,
            functionName: "depositForBurnWithHook",
            args: [
              amount,
              destinationDomain,
              hexOf(mintRecipient),
              A.usdc,
              hexOf(destinationCaller),
              maxFee,
              minFinalityThreshold,
              hexOf(hookData),
            ],
          }),
        );
        const { messageBody, ...header } = decodeMessageV2(message);
        expect(header).toEqual({
          version: 1,
          sourceDomain: A.domain,
          destinationDomain,
          nonce: zeroBytes32(),
          ...partners(destinationDomain, "v2"),
          destinationCaller,
          minFinalityThreshold,
          finalityThresholdExecuted: 0,
        });
        expect(decodeBurnMessageV2(messageBody)).toEqual({
          version: 1,
          burnToken: wordOf(A.usdc),
          mintRecipient,
          amount,
          messageSender: wordOf(BURNER),
          maxFee,
          feeExecuted: 0n,
          expirationBlock: 0n,
          hookData,
        });
      }),
      { numRuns: 20 },
    );
  });
});

interface Fees {
  readonly amount: bigint;
  readonly maxFee: bigint;
  readonly feeExecuted: bigint;
}

/** Brings chain B a burn of chain A with these fees. */
function delivery({ amount, maxFee, feeExecuted }: Fees, finalityThresholdExecuted = 2000): Call {
  const message = encodeMessageV2({
    version: 1,
    sourceDomain: A.domain,
    destinationDomain: B.domain,
    nonce: new Uint8Array(32).fill(9),
    sender: wordOf(A.v2.tokenMessenger),
    recipient: wordOf(B.v2.tokenMessenger),
    destinationCaller: zeroBytes32(),
    minFinalityThreshold: 1000,
    finalityThresholdExecuted,
    messageBody: encodeBurnMessageV2({
      version: 1,
      burnToken: wordOf(A.usdc),
      mintRecipient: wordOf(RECIPIENT),
      amount,
      messageSender: wordOf(BURNER),
      maxFee,
      feeExecuted,
      expirationBlock: 0n,
      hookData: new Uint8Array(),
    }),
  });
  return call(RELAYER, B.v2.messageTransmitter, {
    abi: MessageTransmitterV2.abi,
    functionName: "receiveMessage",
    args: [hexOf(message), hexOf(attest(message))],
  });
}

function balanceOnB(account: Address): Promise<bigint> {
  return chainB.client.readContract({
    address: B.usdc,
    abi: FiatToken.abi,
    functionName: "balanceOf",
    args: [account],
  });
}

describe("fees at receipt", () => {
  /** The text that refuses these fees, by the order of the checks. */
  function refusalOf({ amount, maxFee, feeExecuted }: Fees): string | undefined {
    if (feeExecuted !== 0n && feeExecuted >= amount) return "Fee equals or exceeds amount";
    if (feeExecuted > maxFee) return "Fee exceeds max fee";
    if (amount === 0n) return "FiatToken: mint amount not greater than 0";
    return undefined;
  }

  test("recipient and fee recipient get the amount between them, or nobody gets anything", async () => {
    const small = fc.bigInt({ min: 0n, max: 12n });
    const uint256 = fc.bigInt({ min: 0n, max: maxUint256 });
    const fees = fc.oneof(
      fc.record({ amount: small, maxFee: small, feeExecuted: small }),
      fc.record({ amount: fc.bigInt({ min: 0n, max: 10n ** 15n }), maxFee: uint256, feeExecuted: uint256 }),
      fc
        .tuple(fc.bigInt({ min: 2n, max: 10n ** 15n }), uint256)
        .map(([amount, fee]) => ({ amount, maxFee: amount, feeExecuted: fee % amount })),
    );
    const executed = fc.constantFrom(500, 1000, 1999, 2000, 2001);
    await fc.assert(
      fc.asyncProperty(fees, executed, async (each, finality) => {
        const attempt = delivery(each, finality);
        const refused = refusalOf(each);
        expect(await chainB.refusal(attempt)).toBe(refused);
        if (refused !== undefined) return;
        await chainB.aside(async () => {
          const { logs } = await chainB.send(attempt);
          const net = each.amount - each.feeExecuted;
          expect(await balanceOnB(RECIPIENT)).toBe(net);
          expect(await balanceOnB(FEE_RECIPIENT)).toBe(each.feeExecuted);
          const [minted] = parseEventLogs({ abi, eventName: "MintAndWithdraw", logs });
          expect(minted?.args).toMatchObject({ amount: net, feeCollected: each.feeExecuted });
        });
      }),
      { numRuns: 60 },
    );
  });

  test("error: a fee recipient who may not receive; nothing is minted, and the nonce stays good", async () => {
    const attempt = delivery({ amount: 10n, maxFee: 3n, feeExecuted: 3n });
    const block = (functionName: "blacklist" | "unBlacklist") =>
      call(ROLES, B.usdc, { abi: FiatToken.abi, functionName, args: [FEE_RECIPIENT] });
    expect(await chainB.refusal(attempt, block("blacklist"))).toBe("Blacklistable: account is blacklisted");
    expect(await chainB.refusal(attempt, block("blacklist"), block("unBlacklist"))).toBeUndefined();
    expect(await balanceOnB(RECIPIENT)).toBe(0n);
  });

  test("error: more than the minter may mint; the nonce stays good for when it may", async () => {
    const attempt = delivery({ amount: 10n, maxFee: 0n, feeExecuted: 0n });
    const configure = (allowance: bigint) =>
      call(ROLES, B.usdc, {
        abi: FiatToken.abi,
        functionName: "configureMinter",
        args: [B.v2.tokenMinter, allowance],
      });
    expect(await chainB.refusal(attempt, configure(9n))).toBe("FiatToken: mint amount exceeds minterAllowance");
    expect(await chainB.refusal(attempt, configure(9n), configure(10n))).toBeUndefined();
  });
});

/** A burn on chain A by V2, standard, to whom it does not matter. */
function standardBurn(from: Address, amount: bigint, maxFee = 0n): Call {
  const args = [amount, B.domain, pad(RECIPIENT), A.usdc, zeroHash, maxFee, 2000] as const;
  return call(from, A.v2.tokenMessenger, { abi, functionName: "depositForBurn", args });
}

test("the minimum fee is a share rounded down, and at least one unit", async () => {
  const share = fc.bigInt({ min: 1n, max: MIN_FEE_MULTIPLIER - 1n });
  const amount = fc.oneof(fc.bigInt({ min: 2n, max: 100n }), fc.bigInt({ min: 2n, max: 10n ** 12n }));
  await fc.assert(
    fc.asyncProperty(share, amount, async (minFee, each) => {
      const setMinFee = call(ROLES, A.v2.tokenMessenger, { abi, functionName: "setMinFee", args: [minFee] });
      const rounded = (each * minFee) / MIN_FEE_MULTIPLIER;
      const least = rounded === 0n ? 1n : rounded;
      expect(await chainA.refusal(standardBurn(BURNER, each, least), setMinFee)).toBeUndefined();
      expect(await chainA.refusal(standardBurn(BURNER, each, least - 1n), setMinFee)).toBe("Insufficient max fee");
    }),
    { numRuns: 20 },
  );
});

test("one unit is too little to ask the minimum fee of", async () => {
  const setMinFee = call(ROLES, A.v2.tokenMessenger, { abi, functionName: "setMinFee", args: [1n] });
  const ask = call(STRANGER, A.v2.tokenMessenger, { abi, functionName: "getMinFeeAmount", args: [1n] });
  expect(await chainA.refusal(ask)).toBeUndefined();
  expect(await chainA.refusal(ask, setMinFee)).toBe("Amount too low");
  expect(await chainA.refusal(standardBurn(BURNER, 1n), setMinFee)).toBe("Insufficient max fee");
});

describe("the denylist", () => {
  const DENIED = "Denylistable: account is on denylist";
  const denylist = (account: Address, functionName: "denylist" | "unDenylist" = "denylist") =>
    call(ROLES, A.v2.tokenMessenger, { abi, functionName, args: [account] });

  test("binds the caller before anything else is looked at, until it is taken off", async () => {
    expect(await chainA.refusal(standardBurn(BURNER, 0n), denylist(BURNER))).toBe(DENIED);
    expect(await chainA.refusal(standardBurn(BURNER, 0n))).toBe("Amount must be nonzero");
    const again = [denylist(BURNER), denylist(BURNER, "unDenylist")];
    expect(await chainA.refusal(standardBurn(BURNER, 1n), ...again)).toBeUndefined();
  });

  test("binds a contract, and whoever is behind a contract", async () => {
    await chainA.aside(async () => {
      const wallet = await chainA.deploy(ROLES, Wallet, [zeroHash]);
      const execute = (from: Address, to: Address, data: Hex) =>
        call(from, wallet, { abi: Wallet.abi, functionName: "execute", args: [to, data] });
      const token = FiatToken.abi;
      await chainA.send(call(ROLES, A.usdc, { abi: token, functionName: "mint", args: [wallet, 10n] }));
      const approve = { abi: token, functionName: "approve", args: [A.v2.tokenMessenger, 10n] } as const;
      await chainA.send(execute(STRANGER, A.usdc, call(wallet, A.usdc, approve).data));
      const burnByWallet = execute(STRANGER, A.v2.tokenMessenger, standardBurn(wallet, 10n).data);
      expect(await chainA.refusal(burnByWallet)).toBeUndefined();
      expect(await chainA.refusal(burnByWallet, denylist(wallet))).toBe(DENIED);
      expect(await chainA.refusal(burnByWallet, denylist(STRANGER))).toBe(DENIED);
    });
  });
});
