// An EVM chain as the doctor asks it.

import { decodeFunctionData } from "viem";
import type { AttestationRule } from "../../cctp/attestation.ts";
import { bytes32ToAddress } from "../../cctp/bytes32.ts";
import { MESSAGE_TRANSMITTER_ABI } from "../../cctp/evmAbi.ts";
import type { EvmChainConfig } from "../../chains/chainConfig.ts";
import type { FoundDelivery } from "../deliver/destination.ts";
import { readAttestationRule } from "../evm/attestationRule.ts";
import { asked, createEvmClient, type EvmClient, revertReason } from "../evm/evmClient.ts";
import { findEvmDelivery } from "../evm/findDelivery.ts";
import { usedNonceKey } from "../evm/receiveMessage.ts";
import { type Hex, hexOf, type MessageRecord } from "../journal/record.ts";
import type { SimulationFacts } from "./transferFacts.ts";
import type { Attempt, ChainProbe, OtherTx } from "./world.ts";

/** Blocks over which the time of one is measured. */
const SAMPLE_BLOCKS = 50n;
/** Who tries a delivery that anybody may make: an account that nothing depends on. */
const ANYBODY: Hex = "0x0000000000000000000000000000000000000001";

/** One EVM chain. */
export class EvmProbe implements ChainProbe {
  readonly #config: EvmChainConfig;
  readonly #client: EvmClient;

  constructor(config: EvmChainConfig) {
    this.#config = config;
    this.#client = createEvmClient(config.rpcUrls);
  }

  #ask<T>(work: Promise<T>): Promise<T> {
    return asked(this.#config.name, work);
  }

  #contract(cctpVersion: 1 | 2) {
    const contracts = cctpVersion === 1 ? this.#config.v1 : this.#config.v2;
    const address = contracts?.messageTransmitter;
    return address === undefined ? undefined : ({ address, abi: MESSAGE_TRANSMITTER_ABI } as const);
  }

  async blockSeconds(): Promise<number | undefined> {
    const latest = await this.#ask(this.#client.getBlock());
    const blocks = latest.number < SAMPLE_BLOCKS ? latest.number : SAMPLE_BLOCKS;
    if (blocks === 0n) return undefined;
    const before = await this.#ask(this.#client.getBlock({ blockNumber: latest.number - blocks }));
    return Number(latest.timestamp - before.timestamp) / Number(blocks);
  }

  async tx(hash: string): Promise<OtherTx | undefined> {
    const tx = await this.#ask(
      this.#client.getTransaction({ hash: `0x${hash}` }).catch((error: unknown) => {
        if (error instanceof Error && error.name === "TransactionNotFoundError") return undefined;
        throw error;
      }),
    );
    if (tx === undefined) return undefined;
    const delivered = this.#deliveredBy(tx.to, tx.input);
    if (tx.blockNumber === null) return { state: "pending", delivered };
    const { status } = await this.#ask(this.#client.getTransactionReceipt({ hash: tx.hash }));
    return { state: status === "success" ? "included" : "failed", delivered };
  }

  /** The message in a call of receiveMessage. */
  #deliveredBy(to: string | null, data: Hex): readonly Hex[] {
    const isTransmitter = ([1, 2] as const).some(
      (version) => this.#contract(version)?.address.toLowerCase() === to?.toLowerCase(),
    );
    if (!isTransmitter) return [];
    try {
      const { functionName, args } = decodeFunctionData({ abi: MESSAGE_TRANSMITTER_ABI, data });
      // Lower-case hex is hex.
      return functionName === "receiveMessage" ? [args[0].toLowerCase() as Hex] : [];
    } catch {
      // Another function of the transmitter.
      return [];
    }
  }

  async isUsed(record: MessageRecord): Promise<boolean> {
    const key = usedNonceKey(record);
    const contract = this.#contract(record.cctpVersion);
    if (key === undefined || contract === undefined) return false;
    const used = await this.#ask(this.#client.readContract({ ...contract, functionName: "usedNonces", args: [key] }));
    return used !== 0n;
  }

  async findDelivery(record: MessageRecord): Promise<FoundDelivery | undefined> {
    const address = this.#contract(record.cctpVersion)?.address;
    if (address === undefined) return undefined;
    const { logRangeMax } = this.#config;
    return this.#ask(findEvmDelivery(this.#client, { record, address, logRangeMax }));
  }

  async attestationRule(cctpVersion: 1 | 2): Promise<AttestationRule> {
    const address = this.#contract(cctpVersion)?.address;
    if (address === undefined) return { attesters: [], threshold: 0, strictEvm: true };
    return this.#ask(readAttestationRule(this.#client, address));
  }

  async simulate(attempt: Attempt, caller: Uint8Array | undefined): Promise<SimulationFacts> {
    const contract = this.#contract(attempt.cctpVersion);
    if (contract === undefined) return { kind: "skipped" };
    const call = this.#client.simulateContract({
      ...contract,
      functionName: "receiveMessage",
      args: [attempt.message, attempt.attestation],
      account: caller === undefined ? ANYBODY : hexOf(caller),
    });
    const reason = await this.#ask(
      call
        .then(() => undefined)
        .catch((error: unknown) => {
          const text = revertReason(error);
          if (text === undefined) throw error;
          return text;
        }),
    );
    return reason === undefined ? { kind: "passes" } : { kind: "refused", reason };
  }

  addressText(bytes32: Uint8Array): string {
    return hexOf(bytes32ToAddress(bytes32));
  }

  deliverCommand({ cctpVersion, message, attestation }: Attempt): string {
    const to = this.#contract(cctpVersion)?.address ?? "";
    // Not the URL of the configuration: its path may hold somebody's key.
    return `cast send --rpc-url <RPC of ${this.#config.name}> ${to} "receiveMessage(bytes,bytes)" ${message} ${attestation}`;
  }

  async credit(): Promise<undefined> {
    return undefined;
  }
}
