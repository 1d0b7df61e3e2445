// A fresh chain for one test file: a devnet on free ports, and CosmJS clients for it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCosmoshubPath, type OfflineAminoSigner, Secp256k1HdWallet } from "@cosmjs/amino";
import { DirectSecp256k1HdWallet, type OfflineDirectSigner } from "@cosmjs/proto-signing";
import { GasPrice, SigningStargateClient } from "@cosmjs/stargate";
import { type Devnet, startDevnet } from "../../src/devnet/devnet.ts";

/** The prefix of addresses on this chain. */
export const PREFIX = "stateset";

/** A running chain whose folder goes away with it. */
export interface TestChain {
  readonly devnet: Devnet;
  readonly rpcUrl: string;
  close(): Promise<void>;
}

/** What a test's chain may differ in. */
export interface TestChainOptions {
  readonly blockIntervalMs?: number;
  /** Whose folder it is, when the caller wants to keep it; else it goes away with the chain. */
  readonly home?: string;
  /** Offer the devnet's controls; default true. */
  readonly admin?: boolean;
}

/** Starts a devnet on free ports, in a folder of its own unless one is given. */
export async function startTestChain(options: TestChainOptions = {}): Promise<TestChain> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), "test-chain-"));
  const devnet = await startDevnet({
    home,
    freePorts: true,
    blockIntervalMs: options.blockIntervalMs ?? 20,
    emptyBlockIntervalMs: 300,
    logLevel: "silent",
    admin: options.admin ?? true,
  });
  return {
    devnet,
    rpcUrl: devnet.rpcUrl,
    async close() {
      await devnet.close();
      if (options.home === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A wallet of one of the devnet's funded accounts, signing in SIGN_MODE_DIRECT. */
export function directWallet(chain: TestChain, account: number): Promise<OfflineDirectSigner> {
  return DirectSecp256k1HdWallet.fromMnemonic(chain.devnet.mnemonic, {
    prefix: PREFIX,
    hdPaths: [makeCosmoshubPath(account)],
  });
}

/** The same wallet, signing in SIGN_MODE_LEGACY_AMINO_JSON. */
export function aminoWallet(chain: TestChain, account: number): Promise<OfflineAminoSigner> {
  return Secp256k1HdWallet.fromMnemonic(chain.devnet.mnemonic, {
    prefix: PREFIX,
    hdPaths: [makeCosmoshubPath(account)],
  });
}

/** A fresh address that nobody has used. */
export async function freshAddress(): Promise<string> {
  const wallet = await DirectSecp256k1HdWallet.generate(12, { prefix: PREFIX });
  const [account] = await wallet.getAccounts();
  if (account === undefined) throw new Error("a wallet without accounts");
  return account.address;
}

/** The one address of a wallet. */
export async function addressOf(wallet: OfflineDirectSigner | OfflineAminoSigner): Promise<string> {
  const [account] = await wallet.getAccounts();
  if (account === undefined) throw new Error("a wallet without accounts");
  return account.address;
}

/** A signing client that finds its transactions quickly. */
export function signingClient(
  chain: TestChain,
  wallet: OfflineDirectSigner | OfflineAminoSigner,
): Promise<SigningStargateClient> {
  return SigningStargateClient.connectWithSigner(chain.rpcUrl, wallet, {
    gasPrice: GasPrice.fromString("0.025uusdc"),
    broadcastPollIntervalMs: 50,
    broadcastTimeoutMs: 10_000,
  });
}
