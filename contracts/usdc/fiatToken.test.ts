// USDC: what it says of itself, and refusals in the words and order of Circle's FiatToken 2.2.
//
// Cases: minting, burning, transfers, allowances, blacklist, pause and roles, one refusal each where two would apply;
// allowances that are used up; removed minters; rescued tokens.

import { type Address, maxUint256, parseEventLogs, zeroAddress } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FiatToken } from "../../gen/contracts/FiatToken.ts";
import { ROLES, STRANGER } from "../testing/circleDeployment.ts";
import { type Call, call, reasonOf } from "../testing/testChain.ts";
import { ALICE, ALLOWANCE, BOB, CAROL, UsdcChain } from "../testing/usdcChain.ts";

const { abi } = FiatToken;

let usdc: UsdcChain;

beforeAll(async () => {
  usdc = await UsdcChain.start();
});

afterAll(() => usdc?.chain.stop());

/** A call, what has to happen before it, and the text that refuses it. */
interface Refusal {
  readonly title: string;
  readonly before?: () => readonly Call[];
  readonly attempt: () => Call;
  readonly reason: string;
}

test("says what it is", async () => {
  const read = { address: usdc.token, abi } as const;
  expect(await usdc.chain.client.readContract({ ...read, functionName: "name" })).toBe("USD Coin");
  expect(await usdc.chain.client.readContract({ ...read, functionName: "symbol" })).toBe("USDC");
  expect(await usdc.chain.client.readContract({ ...read, functionName: "decimals" })).toBe(6);
  expect(await usdc.chain.client.readContract({ ...read, functionName: "currency" })).toBe("USD");
  expect(await usdc.chain.client.readContract({ ...read, functionName: "version" })).toBe("2");
});

test("the type hashes are those that Circle's token publishes", async () => {
  const read = { address: usdc.token, abi } as const;
  expect(await usdc.chain.client.readContract({ ...read, functionName: "PERMIT_TYPEHASH" })).toBe(
    "0x6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9",
  );
  expect(await usdc.chain.client.readContract({ ...read, functionName: "TRANSFER_WITH_AUTHORIZATION_TYPEHASH" })).toBe(
    "0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267",
  );
  expect(await usdc.chain.client.readContract({ ...read, functionName: "RECEIVE_WITH_AUTHORIZATION_TYPEHASH" })).toBe(
    "0xd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8",
  );
  expect(await usdc.chain.client.readContract({ ...read, functionName: "CANCEL_AUTHORIZATION_TYPEHASH" })).toBe(
    "0x158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429",
  );
});

describe("refusals: the first failing check wins", () => {
  const refusals: readonly Refusal[] = [
    {
      title: "mint while paused, by no minter",
      before: () => [usdc.setPaused()],
      attempt: () => usdc.mint(BOB, 1n, STRANGER),
      reason: "Pausable: paused",
    },
    {
      title: "mint by no minter, to the zero address",
      attempt: () => usdc.mint(zeroAddress, 1n, STRANGER),
      reason: "FiatToken: caller is not a minter",
    },
    {
      title: "mint by a blacklisted minter",
      before: () => [usdc.setBlacklisted(ROLES)],
      attempt: () => usdc.mint(zeroAddress, 0n),
      reason: "Blacklistable: account is blacklisted",
    },
    {
      title: "mint to a blacklisted account",
      before: () => [usdc.setBlacklisted(BOB)],
      attempt: () => usdc.mint(BOB, 0n),
      reason: "Blacklistable: account is blacklisted",
    },
    {
      title: "mint nothing to the zero address",
      attempt: () => usdc.mint(zeroAddress, 0n),
      reason: "FiatToken: mint to the zero address",
    },
    { title: "mint nothing", attempt: () => usdc.mint(BOB, 0n), reason: "FiatToken: mint amount not greater than 0" },
    {
      title: "mint more than allowed",
      attempt: () => usdc.mint(BOB, ALLOWANCE - 999n),
      reason: "FiatToken: mint amount exceeds minterAllowance",
    },
    {
      title: "mint more than there are numbers",
      before: () => [usdc.configureMinter(maxUint256)],
      attempt: () => usdc.mint(BOB, maxUint256),
      reason: "SafeMath: addition overflow",
    },
    {
      title: "mint more than a balance holds",
      before: () => [usdc.configureMinter(maxUint256)],
      attempt: () => usdc.mint(BOB, 1n << 255n),
      reason: "FiatTokenV2_2: Balance exceeds (2^255 - 1)",
    },
    { title: "burn by no minter", attempt: () => usdc.burn(ALICE, 1n), reason: "FiatToken: caller is not a minter" },
    { title: "burn nothing", attempt: () => usdc.burn(ROLES, 0n), reason: "FiatToken: burn amount not greater than 0" },
    {
      title: "burn more than the minter holds",
      attempt: () => usdc.burn(ROLES, 1n),
      reason: "FiatToken: burn amount exceeds balance",
    },
    {
      title: "transfer to the zero address",
      attempt: () => usdc.transfer(ALICE, zeroAddress, 1001n),
      reason: "ERC20: transfer to the zero address",
    },
    {
      title: "transfer more than there is",
      attempt: () => usdc.transfer(ALICE, BOB, 1001n),
      reason: "ERC20: transfer amount exceeds balance",
    },
    {
      title: "transfer to the token itself",
      attempt: () => usdc.transfer(ALICE, usdc.token, 1n),
      reason: "Blacklistable: account is blacklisted",
    },
    {
      title: "transfer from a blacklisted account",
      before: () => [usdc.setBlacklisted(ALICE)],
      attempt: () => usdc.transfer(ALICE, BOB, 1n),
      reason: "Blacklistable: account is blacklisted",
    },
    {
      title: "transferFrom without allowance",
      attempt: () => usdc.transferFrom(BOB, ALICE, BOB, 1n),
      reason: "ERC20: transfer amount exceeds allowance",
    },
    {
      title: "transferFrom by a blacklisted spender",
      before: () => [usdc.approve(ALICE, BOB, 1n), usdc.setBlacklisted(BOB)],
      attempt: () => usdc.transferFrom(BOB, ALICE, CAROL, 1n),
      reason: "Blacklistable: account is blacklisted",
    },
    {
      title: "approve the zero address",
      attempt: () => usdc.approve(ALICE, zeroAddress, 1n),
      reason: "ERC20: approve to the zero address",
    },
    {
      title: "approve while paused",
      before: () => [usdc.setPaused()],
      attempt: () => usdc.approve(ALICE, BOB, 1n),
      reason: "Pausable: paused",
    },
    {
      title: "decreaseAllowance below zero",
      attempt: () => call(ALICE, usdc.token, { abi, functionName: "decreaseAllowance", args: [BOB, 1n] }),
      reason: "ERC20: decreased allowance below zero",
    },
    {
      title: "configureMinter by another",
      attempt: () => call(ALICE, usdc.token, { abi, functionName: "configureMinter", args: [ALICE, 1n] }),
      reason: "FiatToken: caller is not the masterMinter",
    },
    {
      title: "removeMinter by another",
      attempt: () => call(ALICE, usdc.token, { abi, functionName: "removeMinter", args: [ROLES] }),
      reason: "FiatToken: caller is not the masterMinter",
    },
    {
      title: "blacklist by another",
      attempt: () => call(ALICE, usdc.token, { abi, functionName: "blacklist", args: [BOB] }),
      reason: "Blacklistable: caller is not the blacklister",
    },
    {
      title: "pause by another",
      attempt: () => call(ALICE, usdc.token, { abi, functionName: "pause" }),
      reason: "Pausable: caller is not the pauser",
    },
    {
      title: "a role given by another than the owner",
      attempt: () => call(ALICE, usdc.token, { abi, functionName: "updateMasterMinter", args: [ALICE] }),
      reason: "Ownable: caller is not the owner",
    },
    {
      title: "updateMasterMinter to zero",
      attempt: () => call(ROLES, usdc.token, { abi, functionName: "updateMasterMinter", args: [zeroAddress] }),
      reason: "FiatToken: new masterMinter is the zero address",
    },
    {
      title: "updateBlacklister to zero",
      attempt: () => call(ROLES, usdc.token, { abi, functionName: "updateBlacklister", args: [zeroAddress] }),
      reason: "Blacklistable: new blacklister is the zero address",
    },
    {
      title: "transferOwnership to zero",
      attempt: () => call(ROLES, usdc.token, { abi, functionName: "transferOwnership", args: [zeroAddress] }),
      reason: "Ownable: new owner is the zero address",
    },
    {
      title: "rescueERC20 while nobody is rescuer",
      attempt: () => call(ROLES, usdc.token, { abi, functionName: "rescueERC20", args: [usdc.token, ALICE, 1n] }),
      reason: "Rescuable: caller is not the rescuer",
    },
  ];

  test.each(refusals)("$title", async ({ before, attempt, reason }) => {
    expect(await usdc.chain.refusal(attempt(), ...(before?.() ?? []))).toBe(reason);
  });
});

test("an approval needs no clean record, and is used up without an event", async () => {
  await usdc.chain.aside(async () => {
    await usdc.chain.send(usdc.setBlacklisted(BOB));
    await usdc.chain.send(usdc.approve(ALICE, BOB, 5n));
    await usdc.chain.send(usdc.setBlacklisted(BOB, false));
    const receipt = await usdc.chain.send(usdc.transferFrom(BOB, ALICE, CAROL, 2n));
    expect(parseEventLogs({ abi, logs: receipt.logs }).map(({ eventName }) => eventName)).toEqual(["Transfer"]);
    expect(await usdc.allowance(ALICE, BOB)).toBe(3n);
    await usdc.chain.send(call(ALICE, usdc.token, { abi, functionName: "increaseAllowance", args: [BOB, 7n] }));
    await usdc.chain.send(call(ALICE, usdc.token, { abi, functionName: "decreaseAllowance", args: [BOB, 4n] }));
    expect(await usdc.allowance(ALICE, BOB)).toBe(6n);
  });
});

test("the largest allowance is used up like any other", async () => {
  await usdc.chain.aside(async () => {
    await usdc.chain.send(usdc.approve(ALICE, BOB, maxUint256));
    await usdc.chain.send(usdc.transferFrom(BOB, ALICE, CAROL, 1n));
    expect(await usdc.allowance(ALICE, BOB)).toBe(maxUint256 - 1n);
  });
});

test("a removed minter has no allowance left", async () => {
  await usdc.chain.aside(async () => {
    await usdc.chain.send(call(ROLES, usdc.token, { abi, functionName: "removeMinter", args: [ROLES] }));
    expect(reasonOf(await usdc.chain.tryCall(usdc.mint(BOB, 1n)))).toBe("FiatToken: caller is not a minter");
    const left = { address: usdc.token, abi, functionName: "minterAllowance", args: [ROLES] } as const;
    expect(await usdc.chain.client.readContract(left)).toBe(0n);
  });
});

test("a blacklisted account keeps its balance", async () => {
  await usdc.chain.aside(async () => {
    await usdc.chain.send(usdc.setBlacklisted(ALICE));
    expect(await usdc.balanceOf(ALICE)).toBe(1000n);
    await usdc.chain.send(usdc.setBlacklisted(ALICE, false));
    await usdc.chain.send(usdc.transfer(ALICE, BOB, 1000n));
    expect(await usdc.balanceOf(BOB)).toBe(1000n);
  });
});

test("the rescuer takes out what other tokens were sent to it", async () => {
  await usdc.chain.aside(async () => {
    const other = await usdc.chain.deploy(ROLES, FiatToken, [ROLES, ROLES, ROLES, ROLES]);
    await usdc.chain.send(call(ROLES, other, { abi, functionName: "configureMinter", args: [ROLES, 9n] }));
    await usdc.chain.send(call(ROLES, other, { abi, functionName: "mint", args: [usdc.token, 9n] }));
    await usdc.chain.send(call(ROLES, usdc.token, { abi, functionName: "updateRescuer", args: [CAROL] }));
    const rescue = (amount: bigint, from: Address = other) =>
      call(CAROL, usdc.token, { abi, functionName: "rescueERC20", args: [from, BOB, amount] });
    expect(reasonOf(await usdc.chain.tryCall(rescue(10n)))).toBe("ERC20: transfer amount exceeds balance");
    expect(reasonOf(await usdc.chain.tryCall(rescue(1n, STRANGER)))).toBe("Address: call to non-contract");
    await usdc.chain.send(rescue(9n));
    const held = { address: other, abi, functionName: "balanceOf", args: [BOB] } as const;
    expect(await usdc.chain.client.readContract(held)).toBe(9n);
  });
});
