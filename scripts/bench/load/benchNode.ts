// The node under test: the one that people run, as it was built, in a process of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { NodeProbe } from "../nodeProbe.ts";
import { roundTo } from "../report.ts";

/** A node that runs, and where it listens. */
export interface StartedNode {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly rpcPort: number;
  readonly probe: NodeProbe;
  /** From the start of its process until it answers. */
  readonly startSeconds: number;
}

/**
 * Starts the node of a home, and waits until it says where it listens. With `profile`, a folder, it writes a .cpuprofile of
 * each of its threads there when it ends; it runs slower then.
 */
export function startNode(home: string, profile?: string): Promise<StartedNode> {
  const startedMs = performance.now();
  const profiling = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  const child = spawn(process.execPath, [...profiling, "dist/src/cli/main.js", "--home", home, "start"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pid = child.pid ?? 0;
  return new Promise((resolve, reject) => {
    let text = "";
    child.once("exit", (code) => reject(new Error(`the node ended with ${code}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const [, port, metricsUrl] = /RPC +http:\/\/\S+:([0-9]+)[\s\S]*metrics +(http:\S+)\n/.exec(text) ?? [];
      if (port === undefined || metricsUrl === undefined) return;
      const startSeconds = roundTo((performance.now() - startedMs) / 1000, 2);
      const probe = new NodeProbe(pid, metricsUrl, home);
      resolve({ process: child, pid, rpcPort: Number(port), probe, startSeconds });
    });
  });
}

/** Ends a node; at once unless it has a profile to write. */
export async function endNode({ process: child }: StartedNode, profile?: string): Promise<void> {
  child.removeAllListeners("exit");
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(profile === undefined ? "SIGKILL" : "SIGTERM");
  await ended;
}
