// Finds the anvil that npm installed for this machine.

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { EvmError } from "./evmError.ts";

/** What Foundry calls the processors that it builds for. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * Path of the executable, out of the optional dependencies of npm `@foundry-rs/anvil`, never out of PATH. Throws
 * EvmError `anvil_missing` where npm installed none.
 */
export function anvilPath(): string {
  const { platform, arch } = process;
  const name = `@foundry-rs/anvil-${platform}-${ARCHITECTURES[arch] ?? arch}`;
  const require = createRequire(import.meta.url);
  try {
    // The platform's package is a dependency of anvil's, not of ours: only npm's flat layout lets us see it directly.
    const anvil = createRequire(require.resolve("@foundry-rs/anvil/package.json"));
    return join(dirname(anvil.resolve(`${name}/package.json`)), "bin", platform === "win32" ? "anvil.exe" : "anvil");
  } catch (cause) {
    const hint = "`npm install` without --omit=optional brings it, if Foundry builds for this platform";
    throw new EvmError("anvil_missing", `there is no anvil for ${platform} ${arch} (${name}): ${hint}`, { cause });
  }
}
