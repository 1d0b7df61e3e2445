// Compiles the contracts of this folder, which only tests deploy and `gen/` therefore does not have.

import { compileContracts } from "../../scripts/contracts.ts";
import type { EvmArtifact } from "../../src/chains/evmArtifact.ts";

/** The named contracts, each from the file of its name. PERF: half a second for the compiler's start. */
export async function compileForTest<const Name extends string>(
  ...names: readonly Name[]
): Promise<Readonly<Record<Name, EvmArtifact>>> {
  const compiled = await compileContracts(names.map((name) => [name, `testing/${name}.sol`]));
  return Object.fromEntries(compiled) as Record<Name, EvmArtifact>;
}
