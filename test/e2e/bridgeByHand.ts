// Transfers of USDC between the chains of a devnet, each step by hand: what relayer and attesters do, without them.

import { type EncodeObject, type GeneratedType, Registry } from "@cosmjs/proto-signing";
import { coins, defaultRegistryTypes, SigningStargateClient } from "@cosmjs/stargate";
import {
  type Address,
  bytesToHex,
  createWalletClient,
  type Hex,
  hexToBytes,
  http,
  parseEventLogs,
  publicActions,
  type TransactionReceipt,
  zeroHash,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import * as v1 from "../../gen/circle/cctp/v1/tx.ts";
import * as v2 from "../../gen/circle/cctp/v2/tx.ts";
import { fillAttestedFieldsV2 } from "../../src/cctp/attestedV2.ts";
import {
  MESSAGE_TRANSMITTER_ABI,
  TOKEN_MESSENGER_V1_ABI,
  TOKEN_MESSENGER_V2_ABI,
  USDC_ABI,
} from "../../src/cctp/evmAbi.ts";
import { signAttestation } from "../../src/cctp/signAttestation.ts";
import { fromBase64 } from "../../src/codec/bytes.ts";
import { sha256 } from "../../src/crypto/hash.ts";
import { ATTESTER_KEYS } from "../../src/devnet/bridgeKeys.ts";
import type { DevnetSystem } from "../../src/devnet/devnetSystem.ts";
import type { LocalEvmChain } from "../../src/devnet/evm/evmChain.ts";
import { addressOf, directWallet } from "./testChain.ts";

export type CctpVersion = 1 | 2;

/** What is burned, and for whom. */
export interface Burn {
  readonly version: CctpVersion;
  readonly amountUusdc: bigint;
  readonly destinationDomain: number;
  /** 32 bytes. */
  readonly recipient: Hex;
}

/** A message as it is delivered. */
export interface Attested {
  readonly version: CctpVersion;
  readonly message: Uint8Array;
  readonly attestation: Uint8Array;
}

const FINALIZED = 2000;
const FEE = { amount: coins(10_000, "uusdc"), gas: "400000" };

/** Signs with all attesters of a devnet; in V2 fills in what the service fills in. */
export function attest(version: CctpVersion, emitted: Uint8Array): Attested {
  const message =
    version === 1
      ? emitted
      : fillAttestedFieldsV2(emitted, {
          nonce: sha256(emitted),
          finalityThresholdExecuted: FINALIZED,
          burn: { feeExecuted: 0n, expirationBlock: 0n },
        });
  return {
    version,
    message,
    attestation: signAttestation(
      message,
      ATTESTER_KEYS.map(({ privKey }) => privKey),
    ),
  };
}

/** An account on an EVM chain that burns and delivers. */
export function evmSide(chain: LocalEvmChain, account = 1) {
  const { privKey } = chain.accounts[account]!;
  const { usdc, v1: contractsV1, v2: contractsV2 } = chain.contracts;
  const client = createWalletClient({
    account: privateKeyToAccount(bytesToHex(privKey)),
    transport: http(chain.rpcUrl, { retryCount: 0 }),
    pollingInterval: 10,
  }).extend(publicActions);

  async function send(hash: Promise<Hex>): Promise<TransactionReceipt> {
    const receipt = await client.waitForTransactionReceipt({ hash: await hash });
    if (receipt.status !== "success") throw new Error(`transaction ${receipt.transactionHash} failed`);
    return receipt;
  }

  return {
    client,
    address: client.account.address,
    /** Approves and burns. Returns the emitted message and the receipt. */
    async burn({ version, amountUusdc, destinationDomain, recipient }: Burn) {
      const { tokenMessenger } = version === 1 ? contractsV1 : contractsV2;
      const approval = { address: usdc, abi: USDC_ABI, functionName: "approve" } as const;
      await send(client.writeContract({ ...approval, args: [tokenMessenger, amountUusdc], chain: null }));
      const first = [amountUusdc, destinationDomain, recipient, usdc] as const;
      const call = { address: tokenMessenger, functionName: "depositForBurn", chain: null } as const;
      const receipt = await send(
        version === 1
          ? client.writeContract({ ...call, abi: TOKEN_MESSENGER_V1_ABI, args: first })
          : client.writeContract({ ...call, abi: TOKEN_MESSENGER_V2_ABI, args: [...first, zeroHash, 0n, FINALIZED] }),
      );
      const [sent] = parseEventLogs({ abi: MESSAGE_TRANSMITTER_ABI, eventName: "MessageSent", logs: receipt.logs });
      return { message: hexToBytes(sent!.args.message), receipt };
    },
    async receive({ version, message, attestation }: Attested) {
      const { messageTransmitter } = version === 1 ? contractsV1 : contractsV2;
      return send(
        client.writeContract({
          address: messageTransmitter,
          abi: MESSAGE_TRANSMITTER_ABI,
          functionName: "receiveMessage",
          args: [bytesToHex(message), bytesToHex(attestation)],
          chain: null,
        }),
      );
    },
    balance: (address: Address) =>
      client.readContract({ address: usdc, abi: USDC_ABI, functionName: "balanceOf", args: [address] }),
  };
}

/** The generated types are what CosmJS asks for: it encodes with `fromPartial`. */
function typesOf(modules: Readonly<Record<string, unknown>>): [string, GeneratedType][] {
  return Object.values(modules)
    .filter((value): value is GeneratedType & { $type: string } => (value as { $type?: string }).$type !== undefined)
    .map((codec) => [`/${codec.$type}`, codec]);
}

/** An account on our chain that burns and delivers. */
export async function cosmosSide({ chain }: DevnetSystem, account = 1) {
  const wallet = await directWallet({ devnet: chain, rpcUrl: chain.rpcUrl, close: () => chain.close() }, account);
  const address = await addressOf(wallet);
  const client = await SigningStargateClient.connectWithSigner(chain.rpcUrl, wallet, {
    registry: new Registry([...defaultRegistryTypes, ...typesOf(v1), ...typesOf(v2)]),
    broadcastPollIntervalMs: 20,
  });

  async function send(typeUrl: string, value: object) {
    const message: EncodeObject = { typeUrl: `/circle.cctp.${typeUrl}`, value: { from: address, ...value } };
    const result = await client.signAndBroadcast(address, [message], FEE);
    if (result.code !== 0) throw new Error(`code ${result.code}: ${result.rawLog}`);
    return result;
  }

  return {
    client,
    address,
    /** Burns. Returns the emitted message. */
    async burn({ version, amountUusdc, destinationDomain, recipient }: Burn): Promise<Uint8Array> {
      const finality = version === 1 ? {} : { maxFee: "0", minFinalityThreshold: FINALIZED };
      const burned = await send(`v${version}.MsgDepositForBurn`, {
        amount: String(amountUusdc),
        destinationDomain,
        mintRecipient: hexToBytes(recipient),
        burnToken: "uusdc",
        ...finality,
      });
      const event = burned.events.find(({ type }) => type.endsWith(".MessageSent"));
      return fromBase64(JSON.parse(event?.attributes.find(({ key }) => key === "message")?.value ?? '""'));
    },
    receive: ({ version, message, attestation }: Attested) =>
      send(`v${version}.MsgReceiveMessage`, { message, attestation }),
    balance: async (owner: string) => BigInt((await client.getBalance(owner, "uusdc")).amount),
  };
}
