// A compiled EVM contract as it is deployed: ours from `gen/contracts/`, or somebody else's build output.

import type { Abi, Hex } from "viem";

/** `bytecode` is the creation code, without constructor arguments. */
export interface EvmArtifact {
  readonly abi: Abi;
  readonly bytecode: Hex;
}
