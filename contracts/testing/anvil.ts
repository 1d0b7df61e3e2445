// Starts the real anvil, a local EVM node, on a free port.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

/** A running node. */
export interface Anvil {
  readonly url: string;
  /** Kills the node and waits for its end. */
  readonly stop: () => Promise<void>;
}

const LISTENING = /^Listening on (\S+)/;

/**
 * The executable for this machine, out of the optional dependencies of npm `@foundry-rs/anvil`. Throws where npm
 * installed none: Windows on ARM, and every platform that Foundry does not build for.
 */
export function anvilPath(): string {
  const { platform, arch } = process;
  const build = `${platform}-${arch === "x64" ? "amd64" : arch}`;
  const folder = createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${build}/package.json`);
  return folder.replace(/package\.json$/, `bin/anvil${platform === "win32" ? ".exe" : ""}`);
}

/** Starts a node that mines a block for each transaction. Its accounts are those of the well-known test mnemonic. */
export async function startAnvil({ chainId }: { readonly chainId: number }): Promise<Anvil> {
  const child = spawn(anvilPath(), ["--port", "0", "--chain-id", String(chainId)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const url = new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`anvil ended before it listened: exit code ${code}`)));
    createInterface(child.stdout).on("line", (line) => {
      const address = LISTENING.exec(line)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
    });
  });
  const stop = async (): Promise<void> => {
    process.off("exit", kill);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    kill();
    await exited;
  };
  return { url: await url, stop };
}
