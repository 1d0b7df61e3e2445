// Cases: how an end is told; a process that does not end when it is asked; one whose parent is killed; one that cannot
// be run.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startWatched } from "./watchedProcess.ts";

const NODE = process.execPath;

/** Whether a process runs. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(process.platform === "win32")("startWatched", () => {
  test("default: what it says, and how it ends", async () => {
    const child = await startWatched(NODE, ["-e", "console.log('said'); process.exit(3)"]);
    const said = once(child.stdout, "data");
    expect(await child.ended).toEqual({ exitCode: 3, signal: null });
    expect(String((await said)[0])).toBe("said\n");
    expect(isAlive(child.pid)).toBe(false);
  });

  test("behavior: it is asked to end", async () => {
    const child = await startWatched(NODE, [
      "-e",
      "process.on('SIGTERM', () => process.exit(0)); setInterval(Date, 1e6); console.log(1)",
    ]);
    await once(child.stdout, "data");
    expect(await child.stop(60_000)).toEqual({ exitCode: 0, signal: null });
  });

  test("behavior: it is killed when it does not end", async () => {
    const child = await startWatched(NODE, [
      "-e",
      "process.on('SIGTERM', Date); setInterval(Date, 1e6); console.log(1)",
    ]);
    await once(child.stdout, "data");
    expect(await child.stop(50)).toEqual({ exitCode: null, signal: "SIGKILL" });
  });

  test("behavior: it is asked to end when its parent is killed, and may take its time", async () => {
    const folder = mkdtempSync(join(tmpdir(), "watched-test-"));
    const file = join(folder, "ended");
    const program = `
      const end = () => { require("node:fs").writeFileSync(${JSON.stringify(file)}, ""); process.exit(); };
      process.on("SIGTERM", () => setTimeout(end, 300));
      setInterval(Date, 1e6);
      console.log(process.pid);`;
    const script = `
      import { startWatched } from ${JSON.stringify(new URL("./watchedProcess.ts", import.meta.url).href)};
      const child = await startWatched(process.execPath, ["-e", ${JSON.stringify(program)}]);
      child.stdout.pipe(process.stdout);`;
    const parent = spawn(NODE, ["--import", "tsx", "--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = await once(parent.stdout, "data");
    const pid = Number(String(said));
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    await expect.poll(() => existsSync(file), { timeout: 10_000 }).toBe(true);
    rmSync(folder, { recursive: true });
  });

  test("error: a program that is not there", async () => {
    const child = await startWatched("/nowhere/program", []);
    expect((await child.ended).exitCode).toBe(127);
  });
});
