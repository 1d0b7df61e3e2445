// The node under test: the one that people run, as it was built, in a process of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { NodeProbe } from "../nodeProbe.ts";
import { roundTo } from "../report.ts";

const PROGRAM = "dist/src/cli/main.js";

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
  const child = spawn(process.execPath, [...nodeFlags(), ...profiling, PROGRAM, "--home", home, "start"], {
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

/** What the program asks Node for in its first line, which counts only where it is called by its name. */
function nodeFlags(): readonly string[] {
  const [firstLine = ""] = readFileSync(PROGRAM, "utf8").split("\n", 1);
  return firstLine.split(" ").filter((word) => word.startsWith("--"));
}

/** Ends a node; at once unless it has a profile to write. */
export async function endNode({ process: child }: StartedNode, profile?: string): Promise<void> {
  child.removeAllListeners("exit");
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(profile === undefined ? "SIGKILL" : "SIGTERM");
  await ended;
}
