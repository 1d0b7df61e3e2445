// A wallet on one of the devnet's EVM chains: what a customer's MetaMask would do to pay an order, and no more.

import { type Address, bytesToHex, createPublicClient, createWalletClient, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { TOKEN_MESSENGER_V1_ABI, TOKEN_MESSENGER_V2_ABI, USDC_ABI } from "../../src/cctp/evmAbi.ts";
import { FINALITY_THRESHOLD_FINALIZED } from "../../src/cctp/messageV2.ts";
import type { LocalEvmChain } from "../../src/devnet/evm/evmChain.ts";

const ANYBODY = `0x${"00".repeat(32)}` as const;
const POLL_MS = 20;

/** A burn: how much, in micro-USDC, to which domain, for which 32-byte recipient there. */
export interface Burn {
  readonly amount: bigint;
  readonly domain: number;
  readonly recipient: Uint8Array;
}

/** A customer's account on one chain. */
export class EvmWallet {
  readonly chain: LocalEvmChain;
  readonly address: Address;
  readonly #client;
  readonly #reader;

  constructor(chain: LocalEvmChain, account: number) {
    const { privKey, address } = chain.accounts[account]!;
    const transport = http(chain.rpcUrl);
    this.chain = chain;
    this.address = address;
    this.#client = createWalletClient({ account: privateKeyToAccount(bytesToHex(privKey)), transport });
    this.#reader = createPublicClient({ transport, pollingInterval: POLL_MS });
  }

  /** USDC that it has. */
  balance(): Promise<bigint> {
    const { usdc } = this.chain.contracts;
    return this.#reader.readContract({ address: usdc, abi: USDC_ABI, functionName: "balanceOf", args: [this.address] });
  }

  /** USDC that the chain has. */
  totalSupply(): Promise<bigint> {
    const { usdc } = this.chain.contracts;
    return this.#reader.readContract({ address: usdc, abi: USDC_ABI, functionName: "totalSupply" });
  }

  /** Burns by CCTP V1. Gives the hash of the transaction. */
  async burnV1({ amount, domain, recipient }: Burn): Promise<Hex> {
    const { usdc, v1 } = this.chain.contracts;
    await this.#approve(v1.tokenMessenger, amount);
    return this.#sent(
      this.#client.writeContract({
        chain: null,
        address: v1.tokenMessenger,
        abi: TOKEN_MESSENGER_V1_ABI,
        functionName: "depositForBurn",
        args: [amount, domain, bytesToHex(recipient), usdc],
      }),
    );
  }

  /** Burns by CCTP V2 as a standard transfer, which costs nothing; with a hook where there is one. */
  async burnV2({ amount, domain, recipient, hook }: Burn & { readonly hook?: Uint8Array }): Promise<Hex> {
    const { usdc, v2 } = this.chain.contracts;
    await this.#approve(v2.tokenMessenger, amount);
    const call = { chain: null, address: v2.tokenMessenger, abi: TOKEN_MESSENGER_V2_ABI } as const;
    const terms = [ANYBODY, 0n, FINALITY_THRESHOLD_FINALIZED] as const;
    const burn = [amount, domain, bytesToHex(recipient), usdc, ...terms] as const;
    return this.#sent(
      hook === undefined
        ? this.#client.writeContract({ ...call, functionName: "depositForBurn", args: burn })
        : this.#client.writeContract({
            ...call,
            functionName: "depositForBurnWithHook",
            args: [...burn, bytesToHex(hook)],
          }),
    );
  }

  async #approve(spender: Address, amount: bigint): Promise<void> {
    const { usdc } = this.chain.contracts;
    await this.#sent(
      this.#client.writeContract({
        chain: null,
        address: usdc,
        abi: USDC_ABI,
        functionName: "approve",
        args: [spender, amount],
      }),
    );
  }

  async #sent(sending: Promise<Hex>): Promise<Hex> {
    const hash = await sending;
    const receipt = await this.#reader.waitForTransactionReceipt({ hash });
    if (receipt.status !== "success") throw new Error(`${this.chain.name}: transaction ${hash} failed`);
    return hash;
  }
}
