// USDC in a random walk: an independent ledger predicts the outcome of each step, the balances and the supply.

import fc from "fast-check";
import type { Address } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FiatToken } from "../../gen/contracts/FiatToken.ts";
import { ROLES } from "../testing/circleDeployment.ts";
import { type Call, reasonOf } from "../testing/testChain.ts";
import { ALICE, ALICE_BALANCE, BOB, CAROL, UsdcChain } from "../testing/usdcChain.ts";

const { abi } = FiatToken;

let usdc: UsdcChain;

beforeAll(async () => {
  usdc = await UsdcChain.start();
});

afterAll(() => usdc?.chain.stop());

/** What the token does, told again: balances, allowances and the blacklist as maps. */
class Ledger {
  readonly balances = new Map<Address, bigint>();
  readonly allowances = new Map<string, bigint>();
  readonly blacklisted = new Set<Address>();
  minterAllowance = 0n;
  paused = false;

  balance(account: Address): bigint {
    return this.balances.get(account) ?? 0n;
  }

  allowance(owner: Address, spender: Address): bigint {
    return this.allowances.get(`${owner} ${spender}`) ?? 0n;
  }

  move(from: Address, to: Address, amount: bigint): string | undefined {
    if (amount > this.balance(from)) return "ERC20: transfer amount exceeds balance";
    this.balances.set(from, this.balance(from) - amount);
    this.balances.set(to, this.balance(to) + amount);
    return undefined;
  }

  gate(...accounts: readonly Address[]): string | undefined {
    if (this.paused) return "Pausable: paused";
    return accounts.some((account) => this.blacklisted.has(account))
      ? "Blacklistable: account is blacklisted"
      : undefined;
  }

  mint(to: Address, amount: bigint): string | undefined {
    const refused = this.gate(ROLES, to);
    if (refused !== undefined) return refused;
    if (amount === 0n) return "FiatToken: mint amount not greater than 0";
    if (amount > this.minterAllowance) return "FiatToken: mint amount exceeds minterAllowance";
    this.minterAllowance -= amount;
    this.balances.set(to, this.balance(to) + amount);
    return undefined;
  }

  burn(amount: bigint): string | undefined {
    const refused = this.gate(ROLES);
    if (refused !== undefined) return refused;
    if (amount === 0n) return "FiatToken: burn amount not greater than 0";
    if (amount > this.balance(ROLES)) return "FiatToken: burn amount exceeds balance";
    this.balances.set(ROLES, this.balance(ROLES) - amount);
    return undefined;
  }

  transfer(from: Address, to: Address, amount: bigint): string | undefined {
    return this.gate(from, to) ?? this.move(from, to, amount);
  }

  transferFrom(spender: Address, from: Address, to: Address, amount: bigint): string | undefined {
    const refused = this.gate(spender, from, to);
    if (refused !== undefined) return refused;
    const allowed = this.allowance(from, spender);
    if (amount > allowed) return "ERC20: transfer amount exceeds allowance";
    const failed = this.move(from, to, amount);
    if (failed === undefined) this.allowances.set(`${from} ${spender}`, allowed - amount);
    return failed;
  }

  approve(owner: Address, spender: Address, amount: bigint): string | undefined {
    if (this.paused) return "Pausable: paused";
    this.allowances.set(`${owner} ${spender}`, amount);
    return undefined;
  }
}

const ACCOUNTS: readonly Address[] = [ROLES, ALICE, BOB, CAROL];
const account = fc.constantFrom(...ACCOUNTS);
const amount = fc.bigInt({ min: 0n, max: 60n });

/** A call, and what the ledger says of it once it has taken it too. */
type Step = (ledger: Ledger) => { readonly attempt: Call; readonly reason: string | undefined };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(account, amount).map(
    ([to, value]): Step =>
      (ledger) => ({
        attempt: usdc.mint(to, value),
        reason: ledger.mint(to, value),
      }),
  ),
  amount.map(
    (value): Step =>
      (ledger) => ({ attempt: usdc.burn(ROLES, value), reason: ledger.burn(value) }),
  ),
  fc.tuple(account, account, amount).map(
    ([from, to, value]): Step =>
      (ledger) => ({
        attempt: usdc.transfer(from, to, value),
        reason: ledger.transfer(from, to, value),
      }),
  ),
  fc.tuple(account, account, account, amount).map(
    ([by, from, to, value]): Step =>
      (ledger) => ({
        attempt: usdc.transferFrom(by, from, to, value),
        reason: ledger.transferFrom(by, from, to, value),
      }),
  ),
  fc.tuple(account, account, amount).map(
    ([owner, spender, value]): Step =>
      (ledger) => ({
        attempt: usdc.approve(owner, spender, value),
        reason: ledger.approve(owner, spender, value),
      }),
  ),
  fc.tuple(account, fc.boolean()).map(
    ([who, on]): Step =>
      (ledger) => {
        if (on) ledger.blacklisted.add(who);
        else ledger.blacklisted.delete(who);
        return { attempt: usdc.setBlacklisted(who, on), reason: undefined };
      },
  ),
  fc.boolean().map(
    (on): Step =>
      (ledger) => {
        ledger.paused = on;
        return { attempt: usdc.setPaused(on), reason: undefined };
      },
  ),
);

test("goes as the ledger says", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
      await usdc.chain.aside(async () => {
        const ledger = new Ledger();
        ledger.balances.set(ALICE, ALICE_BALANCE);
        ledger.minterAllowance = 200n;
        await usdc.chain.send(usdc.configureMinter(ledger.minterAllowance));
        for (const take of steps) {
          const { attempt, reason } = take(ledger);
          expect(reasonOf(await usdc.chain.tryCall(attempt))).toBe(reason);
          if (reason === undefined) await usdc.chain.send(attempt);
        }
        const balances = await Promise.all(ACCOUNTS.map((each) => usdc.balanceOf(each)));
        expect(balances).toEqual(ACCOUNTS.map((each) => ledger.balance(each)));
        const { client } = usdc.chain;
        const read = { address: usdc.token, abi } as const;
        const supply = await client.readContract({ ...read, functionName: "totalSupply" });
        expect(supply).toBe(balances.reduce((sum, each) => sum + each));
        const left = await client.readContract({ ...read, functionName: "minterAllowance", args: [ROLES] });
        expect(left).toBe(ledger.minterAllowance);
      });
    }),
    { numRuns: 10 },
  );
});
