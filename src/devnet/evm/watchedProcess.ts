// Starts a process that does not outlive us, even when we are killed with SIGKILL. On POSIX systems a shell holds the
// other end of a pipe to us and then becomes the process; when the pipe ends without a word, its watcher asks the
// process to end. Windows has no such shell: there the process is left alone if we are killed.

import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

/** `$$` in the subshell is the shell's own process, which is the program's after `exec`. */
const SCRIPT = '{ read -r word <&3 || kill -TERM $$; } >/dev/null 2>&1 & exec 3<&-; exec "$@"';

/** How a process ended. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that ends with ours. */
export interface WatchedProcess {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when it has ended, for whatever reason, and all that it said has been read. */
  readonly ended: Promise<ProcessEnd>;
  /** Asks it to end, and kills it when it does not within `graceMs`. */
  stop(graceMs: number): Promise<ProcessEnd>;
}

/** Starts a program. Rejects when it cannot be run. */
export async function startWatched(program: string, args: readonly string[]): Promise<WatchedProcess> {
  const isPosix = process.platform !== "win32";
  // A process group of its own: Ctrl-C in a terminal reaches us alone, and we end it in order.
  const child = isPosix
    ? spawn("/bin/sh", ["-c", SCRIPT, "sh", program, ...args], {
        stdio: ["ignore", "pipe", "pipe", "pipe"],
        detached: true,
      })
    : spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  return watch(child);
}

function watch(child: ChildProcess): WatchedProcess {
  const watcher = child.stdio[3] as Writable | null | undefined;
  // The watcher may be gone before us; that it is told nothing then does no harm.
  watcher?.on("error", () => undefined);
  const ended = new Promise<ProcessEnd>((resolve) => {
    // A word ends the watcher without a signal to a number that may be another process by now.
    child.once("exit", () => watcher?.end("ended\n"));
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const { pid, stdout, stderr } = child;
  if (pid === undefined || stdout === null || stderr === null)
    throw new Error("a process that runs has a number and pipes");
  return {
    pid,
    stdout,
    stderr,
    ended,
    async stop(graceMs) {
      const kill = setTimeout(() => child.kill("SIGKILL"), graceMs);
      child.kill("SIGTERM");
      try {
        return await ended;
      } finally {
        clearTimeout(kill);
      }
    },
  };
}
