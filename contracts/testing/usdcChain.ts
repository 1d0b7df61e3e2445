// USDC on a chain of its own, for tests of it.

import type { Address } from "viem";
import { FiatToken } from "../../gen/contracts/FiatToken.ts";
import { BURNER, RECIPIENT, RELAYER, ROLES } from "./circleDeployment.ts";
import { type Call, call, TestChain } from "./testChain.ts";

const { abi } = FiatToken;

export const ALICE = BURNER;
export const BOB = RECIPIENT;
export const CAROL = RELAYER;

/** What ROLES, the only minter, may mint at first; ALICE has been minted ALICE_BALANCE of it. */
export const ALLOWANCE = 1_000_000n;
export const ALICE_BALANCE = 1000n;
export const USDC_CHAIN_ID = 31337;

/** A chain with USDC, and the calls that tests make of it. */
export class UsdcChain {
  readonly chain: TestChain;
  readonly token: Address;

  private constructor(chain: TestChain, token: Address) {
    this.chain = chain;
    this.token = token;
  }

  /** Deploys with ROLES in every role but the rescuer's. The caller stops the chain. */
  static async start(): Promise<UsdcChain> {
    const chain = await TestChain.start({ chainId: USDC_CHAIN_ID });
    try {
      const token = await chain.deploy(ROLES, FiatToken, [ROLES, ROLES, ROLES, ROLES]);
      const usdc = new UsdcChain(chain, token);
      await chain.send(usdc.configureMinter(ALLOWANCE));
      await chain.send(usdc.mint(ALICE, ALICE_BALANCE));
      return usdc;
    } catch (error) {
      await chain.stop();
      throw error;
    }
  }

  configureMinter(amount: bigint): Call {
    return call(ROLES, this.token, { abi, functionName: "configureMinter", args: [ROLES, amount] });
  }

  mint(to: Address, amount: bigint, from: Address = ROLES): Call {
    return call(from, this.token, { abi, functionName: "mint", args: [to, amount] });
  }

  burn(from: Address, amount: bigint): Call {
    return call(from, this.token, { abi, functionName: "burn", args: [amount] });
  }

  transfer(from: Address, to: Address, amount: bigint): Call {
    return call(from, this.token, { abi, functionName: "transfer", args: [to, amount] });
  }

  transferFrom(spender: Address, from: Address, to: Address, amount: bigint): Call {
    return call(spender, this.token, { abi, functionName: "transferFrom", args: [from, to, amount] });
  }

  approve(from: Address, spender: Address, amount: bigint): Call {
    return call(from, this.token, { abi, functionName: "approve", args: [spender, amount] });
  }

  setBlacklisted(account: Address, on = true): Call {
    return call(ROLES, this.token, { abi, functionName: on ? "blacklist" : "unBlacklist", args: [account] });
  }

  setPaused(on = true): Call {
    return call(ROLES, this.token, { abi, functionName: on ? "pause" : "unpause" });
  }

  balanceOf(account: Address): Promise<bigint> {
    return this.chain.client.readContract({
      address: this.token,
      abi,
      functionName: "balanceOf",
      args: [account],
    });
  }

  allowance(owner: Address, spender: Address): Promise<bigint> {
    return this.chain.client.readContract({
      address: this.token,
      abi,
      functionName: "allowance",
      args: [owner, spender],
    });
  }
}
