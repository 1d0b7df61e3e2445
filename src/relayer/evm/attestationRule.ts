// Whom a MessageTransmitter believes, in both versions.

import type { AttestationRule } from "../../cctp/attestation.ts";
import { MESSAGE_TRANSMITTER_ABI } from "../../cctp/evmAbi.ts";
import { fromHex } from "../../codec/bytes.ts";
import type { Hex } from "../journal/record.ts";
import type { EvmClient } from "./evmClient.ts";

/** Attesters that are read; a chain has a handful. */
const ATTESTERS_MAX = 256n;

/** The attesters and their threshold. Rejects with what the client throws. */
export async function readAttestationRule(client: EvmClient, address: Hex): Promise<AttestationRule> {
  const contract = { address, abi: MESSAGE_TRANSMITTER_ABI } as const;
  const threshold = await client.readContract({ ...contract, functionName: "signatureThreshold" });
  const count = await client.readContract({ ...contract, functionName: "getNumEnabledAttesters" });
  const indexes = Array.from({ length: Number(count < ATTESTERS_MAX ? count : ATTESTERS_MAX) }, (_, i) => BigInt(i));
  const addresses = await Promise.all(
    indexes.map((index) => client.readContract({ ...contract, functionName: "getEnabledAttester", args: [index] })),
  );
  return {
    attesters: addresses.map((attester) => fromHex(attester.slice(2))),
    threshold: Number(threshold),
    strictEvm: true,
  };
}
