// Reads the golden vectors of CCTP (test/vectors/cctp, whose README tells where they come from).

import { readFileSync } from "node:fs";
import { fromHex, toHex } from "../../codec/bytes.ts";

/** An attester key of the vectors. Public: for tests only. */
export interface VectorAttester {
  readonly n: number;
  readonly privateKey: string;
  readonly uncompressedPublicKey: string;
  readonly address: string;
}

/** One of the sets of attesters that the vectors were made with. */
export type VectorConfig = "1-of-1" | "2-of-3";

/** An attestation and who made it. */
export interface VectorAttestation {
  readonly signers: readonly string[];
  readonly attestation: string;
}

/** A delivery that was tried on a contract. */
export interface NegativeReceiveCase {
  readonly id: string;
  readonly description: string;
  readonly contract: string;
  readonly from: string;
  readonly config: string;
  readonly blockNumberOfCall?: number;
  readonly message: string;
  readonly messageHash: string;
  readonly attestation: string;
  readonly ok: boolean;
  readonly revertReason: string | null;
}

/** A file of the vectors. The caller names the type, since JSON has none. */
export function readVectors<T>(name: string): T {
  const url = new URL(`../../../test/vectors/cctp/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as T;
}

/** Bytes of `0x` and hex. */
export function bytesOf(text: string): Uint8Array {
  if (!text.startsWith("0x")) throw new Error(`expected 0x, got ${text.slice(0, 10)}`);
  return fromHex(text.slice(2));
}

/** Bytes as the vectors write them. */
export function textOf(bytes: Uint8Array): string {
  return `0x${toHex(bytes)}`;
}

/** Which attesters are enabled under a configuration, and how many must sign. Fails on one that is not known. */
export function attestersOf(
  attesters: readonly VectorAttester[],
  config: string,
): { readonly enabled: readonly VectorAttester[]; readonly threshold: number } {
  if (config === "1-of-1") return { enabled: attesters.filter(({ n }) => n === 1), threshold: 1 };
  if (config === "2-of-3") return { enabled: attesters.filter(({ n }) => n <= 3), threshold: 2 };
  throw new Error(`unknown configuration of attesters: ${config}`);
}
