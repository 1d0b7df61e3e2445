// USDC by signature: permit (EIP-2612) and authorizations (EIP-3009).
//
// Cases: valid, early, expired, at the edges, replayed, canceled; by the wrong signer, for another value or chain,
// malleated or cut; in parts; by a contract (ERC-1271); paused and blacklisted.

import {
  type Address,
  getContractAddress,
  type Hex,
  hashTypedData,
  hexToBigInt,
  maxUint256,
  numberToHex,
  parseEventLogs,
  size,
  slice,
  zeroHash,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FiatToken } from "../../gen/contracts/FiatToken.ts";
import { Wallet } from "../../gen/contracts/testing/Wallet.ts";
import { ROLES } from "../testing/circleDeployment.ts";
import { type Call, call, reasonOf } from "../testing/testChain.ts";
import { BOB, CAROL, USDC_CHAIN_ID, UsdcChain } from "../testing/usdcChain.ts";

const { abi } = FiatToken;

let usdc: UsdcChain;

beforeAll(async () => {
  usdc = await UsdcChain.start();
});

afterAll(() => usdc?.chain.stop());

/** Signs with a key that is no account of the node; its address holds what the tests give it. */
const signer = privateKeyToAccount(`0x${"5e".repeat(32)}`);
const stranger = privateKeyToAccount(`0x${"6f".repeat(32)}`);

const domain = (chainId = USDC_CHAIN_ID) =>
  ({ name: "USD Coin", version: "2", chainId, verifyingContract: usdc.token }) as const;

const PERMIT_TYPES = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
} as const;

const AUTHORIZATION_FIELDS = [
  { name: "from", type: "address" },
  { name: "to", type: "address" },
  { name: "value", type: "uint256" },
  { name: "validAfter", type: "uint256" },
  { name: "validBefore", type: "uint256" },
  { name: "nonce", type: "bytes32" },
] as const;

const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const rsvOf = (signature: Hex) => {
  expect(size(signature)).toBe(65);
  const v = Number(hexToBigInt(slice(signature, 64)));
  return { r: slice(signature, 0, 32), s: slice(signature, 32, 64), v } as const;
};

/** The other signature of the same key over the same digest: s in the upper half. */
function malleate(signature: Hex): Hex {
  const { r, s, v } = rsvOf(signature);
  const high = numberToHex(SECP256K1_ORDER - hexToBigInt(s), { size: 32 });
  return `${r}${high.slice(2)}${v === 27 ? "1c" : "1b"}`;
}

describe("permit", () => {
  const signPermit = (
    { value = 7n, nonce = 0n, deadline = maxUint256, chainId = USDC_CHAIN_ID } = {},
    by: typeof signer = signer,
  ) =>
    by.signTypedData({
      domain: domain(chainId),
      types: PERMIT_TYPES,
      primaryType: "Permit",
      message: { owner: signer.address, spender: BOB, value, nonce, deadline },
    });
  const permit = (signature: Hex, { value = 7n, deadline = maxUint256 } = {}) =>
    call(CAROL, usdc.token, {
      abi,
      functionName: "permit",
      args: [signer.address, BOB, value, deadline, signature],
    });

  test("gives the allowance, once, whoever brings it", async () => {
    const signature = await signPermit();
    await usdc.chain.aside(async () => {
      const receipt = await usdc.chain.send(permit(signature));
      const [log] = parseEventLogs({ abi, eventName: "Approval", logs: receipt.logs });
      expect(log?.args).toEqual({ owner: signer.address, spender: expect.stringMatching(/^0x/), value: 7n });
      expect(await usdc.allowance(signer.address, BOB)).toBe(7n);
      expect(reasonOf(await usdc.chain.tryCall(permit(signature)))).toBe("EIP2612: invalid signature");
      await usdc.chain.send(permit(await signPermit({ value: 8n, nonce: 1n }), { value: 8n }));
      expect(await usdc.allowance(signer.address, BOB)).toBe(8n);
    });
  });

  test("takes the signature in parts", async () => {
    const { v, r, s } = rsvOf(await signPermit());
    await usdc.chain.aside(async () => {
      const args = [signer.address, BOB, 7n, maxUint256, v, r, s] as const;
      await usdc.chain.send(call(CAROL, usdc.token, { abi, functionName: "permit", args }));
      expect(await usdc.allowance(signer.address, BOB)).toBe(7n);
    });
  });

  test("is good until its deadline, and in that second too", async () => {
    const { timestamp } = await usdc.chain.client.getBlock();
    const late = { deadline: timestamp - 1n };
    const just = { deadline: timestamp };
    expect(reasonOf(await usdc.chain.tryCall(permit(await signPermit(late), late)))).toBe(
      "FiatTokenV2: permit is expired",
    );
    expect((await usdc.chain.tryCall(permit(await signPermit(just), just))).ok).toBe(true);
  });

  test("error: wrong signer, value, chain, or form of signature", async () => {
    const good = await signPermit();
    const refused = async (attempt: Call, reason: string) =>
      expect(reasonOf(await usdc.chain.tryCall(attempt))).toBe(reason);
    await refused(permit(await signPermit({}, stranger)), "EIP2612: invalid signature");
    await refused(permit(good, { value: 8n }), "EIP2612: invalid signature");
    await refused(permit(await signPermit({ nonce: 1n })), "EIP2612: invalid signature");
    await refused(permit(await signPermit({ chainId: 1 })), "EIP2612: invalid signature");
    await refused(permit(malleate(good)), "ECRecover: invalid signature 's' value");
    await refused(permit(`${slice(good, 0, 64)}00`), "ECRecover: invalid signature 'v' value");
    await refused(permit(slice(good, 0, 64)), "ECRecover: invalid signature length");
    await refused(permit(`${zeroHash}${zeroHash.slice(2)}1b`), "ECRecover: invalid signature");
  });

  test("error: while paused", async () => {
    expect(await usdc.chain.refusal(permit("0x"), usdc.setPaused())).toBe("Pausable: paused");
  });

  test("a contract answers for itself", async () => {
    const nonce = await usdc.chain.client.getTransactionCount({ address: ROLES });
    const wallet = getContractAddress({ from: ROLES, nonce: BigInt(nonce) });
    const message = { owner: wallet, spender: BOB, value: 3n, nonce: 0n, deadline: maxUint256 };
    const agreed = hashTypedData({ domain: domain(), types: PERMIT_TYPES, primaryType: "Permit", message });
    const bring = (value: bigint) =>
      call(CAROL, usdc.token, { abi, functionName: "permit", args: [wallet, BOB, value, maxUint256, "0x"] });
    await usdc.chain.aside(async () => {
      expect(await usdc.chain.deploy(ROLES, Wallet, [agreed])).toBe(wallet.toLowerCase());
      expect(reasonOf(await usdc.chain.tryCall(bring(4n)))).toBe("EIP2612: invalid signature");
      await usdc.chain.send(bring(3n));
      expect(await usdc.allowance(wallet, BOB)).toBe(3n);
    });
  });
});

describe("authorizations", () => {
  interface Authorization {
    readonly value: bigint;
    readonly validAfter: bigint;
    readonly validBefore: bigint;
    readonly nonce: Hex;
  }
  type Kind = "TransferWithAuthorization" | "ReceiveWithAuthorization";
  const standard: Authorization = { value: 5n, validAfter: 0n, validBefore: maxUint256, nonce: `0x${"ab".repeat(32)}` };

  const sign = (kind: Kind, authorization: Authorization, by: typeof signer = signer, chainId = USDC_CHAIN_ID) =>
    by.signTypedData({
      domain: domain(chainId),
      types: { [kind]: AUTHORIZATION_FIELDS },
      primaryType: kind,
      message: { from: signer.address, to: BOB, ...authorization },
    });
  const bring = (by: Address, kind: Kind, { value, validAfter, validBefore, nonce }: Authorization, signature: Hex) =>
    call(by, usdc.token, {
      abi,
      functionName: kind === "TransferWithAuthorization" ? "transferWithAuthorization" : "receiveWithAuthorization",
      args: [signer.address, BOB, value, validAfter, validBefore, nonce, signature],
    });
  const transferBy = async (change: Partial<Authorization> = {}) => {
    const authorization = { ...standard, ...change };
    return bring(
      CAROL,
      "TransferWithAuthorization",
      authorization,
      await sign("TransferWithAuthorization", authorization),
    );
  };
  const signCancel = (by: typeof signer = signer) =>
    by.signTypedData({
      domain: domain(),
      types: {
        CancelAuthorization: [
          { name: "authorizer", type: "address" },
          { name: "nonce", type: "bytes32" },
        ],
      },
      primaryType: "CancelAuthorization",
      message: { authorizer: signer.address, nonce: standard.nonce },
    });
  const cancel = (signature: Hex) =>
    call(CAROL, usdc.token, {
      abi,
      functionName: "cancelAuthorization",
      args: [signer.address, standard.nonce, signature],
    });
  const funded = (run: () => Promise<void>) =>
    usdc.chain.aside(async () => {
      await usdc.chain.send(usdc.mint(signer.address, 10n));
      await run();
    });

  test("moves the tokens, once, whoever brings it", () =>
    funded(async () => {
      const attempt = await transferBy();
      const receipt = await usdc.chain.send(attempt);
      expect(parseEventLogs({ abi, logs: receipt.logs }).map(({ eventName }) => eventName)).toEqual([
        "AuthorizationUsed",
        "Transfer",
      ]);
      expect(await usdc.balanceOf(BOB)).toBe(5n);
      expect(reasonOf(await usdc.chain.tryCall(attempt))).toBe("FiatTokenV2: authorization is used or canceled");
      const state = { address: usdc.token, abi, functionName: "authorizationState" } as const;
      expect(await usdc.chain.client.readContract({ ...state, args: [signer.address, standard.nonce] })).toBe(true);
      expect(await usdc.chain.client.readContract({ ...state, args: [signer.address, zeroHash] })).toBe(false);
    }));

  test("takes the signature in parts", () =>
    funded(async () => {
      const { v, r, s } = rsvOf(await sign("TransferWithAuthorization", standard));
      const { value, validAfter, validBefore, nonce } = standard;
      const args = [signer.address, BOB, value, validAfter, validBefore, nonce, v, r, s] as const;
      await usdc.chain.send(call(CAROL, usdc.token, { abi, functionName: "transferWithAuthorization", args }));
      expect(await usdc.balanceOf(BOB)).toBe(5n);
      const canceled = rsvOf(await signCancel());
      const cancelArgs = [signer.address, standard.nonce, canceled.v, canceled.r, canceled.s] as const;
      const attempt = call(CAROL, usdc.token, { abi, functionName: "cancelAuthorization", args: cancelArgs });
      expect(reasonOf(await usdc.chain.tryCall(attempt))).toBe("FiatTokenV2: authorization is used or canceled");
    }));

  test("only the payee receives", () =>
    funded(async () => {
      const kind = "ReceiveWithAuthorization";
      const signature = await sign(kind, standard);
      const refused = await usdc.chain.tryCall(bring(CAROL, kind, standard, signature));
      expect(reasonOf(refused)).toBe("FiatTokenV2: caller must be the payee");
      const otherKind = await sign("TransferWithAuthorization", standard);
      const confused = await usdc.chain.tryCall(bring(BOB, kind, standard, otherKind));
      expect(reasonOf(confused)).toBe("FiatTokenV2: invalid signature");
      await usdc.chain.send(bring(BOB, kind, standard, signature));
      expect(await usdc.balanceOf(BOB)).toBe(5n);
    }));

  test("error: too early, too late, at either edge", () =>
    funded(async () => {
      const { timestamp } = await usdc.chain.client.getBlock();
      const early = await usdc.chain.tryCall(await transferBy({ validAfter: timestamp }));
      expect(reasonOf(early)).toBe("FiatTokenV2: authorization is not yet valid");
      const late = await usdc.chain.tryCall(await transferBy({ validBefore: timestamp }));
      expect(reasonOf(late)).toBe("FiatTokenV2: authorization is expired");
      const within = await transferBy({ validAfter: timestamp - 1n, validBefore: timestamp + 1n });
      expect((await usdc.chain.tryCall(within)).ok).toBe(true);
    }));

  test("error: wrong signer, value, chain, or a malleated signature", () =>
    funded(async () => {
      const kind = "TransferWithAuthorization";
      const good = await sign(kind, standard);
      const attempt = async (authorization: Authorization, signature: Hex) =>
        reasonOf(await usdc.chain.tryCall(bring(CAROL, kind, authorization, signature)));
      expect(await attempt(standard, await sign(kind, standard, stranger))).toBe("FiatTokenV2: invalid signature");
      expect(await attempt({ ...standard, value: 6n }, good)).toBe("FiatTokenV2: invalid signature");
      expect(await attempt(standard, await sign(kind, standard, signer, 1))).toBe("FiatTokenV2: invalid signature");
      expect(await attempt(standard, malleate(good))).toBe("ECRecover: invalid signature 's' value");
    }));

  test("error: more than there is; then the nonce stays good", () =>
    funded(async () => {
      expect(reasonOf(await usdc.chain.tryCall(await transferBy({ value: 11n })))).toBe(
        "ERC20: transfer amount exceeds balance",
      );
      await usdc.chain.send(await transferBy({ value: 10n }));
    }));

  test("error: a blacklisted payer or payee", () =>
    funded(async () => {
      const attempt = await transferBy();
      for (const account of [signer.address, BOB]) {
        const reason = await usdc.chain.refusal(attempt, usdc.setBlacklisted(account));
        expect(reason).toBe("Blacklistable: account is blacklisted");
      }
    }));

  test("a canceled one is void; only its authorizer cancels", () =>
    funded(async () => {
      const foreign = await usdc.chain.tryCall(cancel(await signCancel(stranger)));
      expect(reasonOf(foreign)).toBe("FiatTokenV2: invalid signature");
      const receipt = await usdc.chain.send(cancel(await signCancel()));
      expect(parseEventLogs({ abi, logs: receipt.logs }).map(({ eventName }) => eventName)).toEqual([
        "AuthorizationCanceled",
      ]);
      expect(reasonOf(await usdc.chain.tryCall(await transferBy()))).toBe(
        "FiatTokenV2: authorization is used or canceled",
      );
    }));
});
