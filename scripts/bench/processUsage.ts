// CPU time and memory of another process, from Linux's /proc, and the disk that a folder takes.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Linux counts CPU time in ticks of 1/100 s for user space, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

/** User plus system CPU seconds of all threads of a process so far. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The command name is in parentheses and may hold spaces; the numbers start after it with field 3.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** CPU microseconds of a process so far: of its main thread, and of all that live besides. */
export function threadCpuMicros(pid: number): { readonly main: number; readonly others: number } {
  let main = 0;
  let others = 0;
  for (const tid of readdirSync(`/proc/${pid}/task`)) {
    const micros = Number(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, "utf8").split(" ", 1)[0]) / 1000;
    if (tid === String(pid)) main = micros;
    else others += micros;
  }
  return { main, others };
}

/** The child of a process whose command line has a text in it. Throws when there is none. */
export function childOf(pid: number, text: string): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((tid) =>
    readFileSync(`/proc/${pid}/task/${tid}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  const found = children.find((child) => readFileSync(`/proc/${child}/cmdline`, "utf8").includes(text));
  if (found === undefined) throw new Error(`process ${pid} has no child ${text}`);
  return found;
}

/** The most resident memory a process has had, in bytes. */
export function peakMemoryBytes(pid: number): number {
  return statusBytes(pid, "VmHWM");
}

/** The resident memory of a process now, in bytes. */
export function residentBytes(pid: number): number {
  return statusBytes(pid, "VmRSS");
}

function statusBytes(pid: number, field: string): number {
  const kilobytes = new RegExp(`^${field}:\\s+([0-9]+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** The memory of a process now, in bytes, where a page that several share counts in parts (PSS). */
export function proportionalMemoryBytes(pid: number): number {
  const kilobytes = /^Pss:\s+([0-9]+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** Bytes of all files below a folder, which may come and go meanwhile. */
export function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false }))
    .reduce((sum, stat) => sum + (stat?.isFile() ? stat.size : 0), 0);
}
