// Cases: a program's output and its error; a workshop that is closed, or whose process is ended by Ctrl-C, leaves neither
// programs nor files.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Workshop } from "./revisions.ts";

const cwd = process.cwd();

test("default: a program's output; its temporary files are the workshop's", async () => {
  const workshop = new Workshop();
  const tmp = (await workshop.run({ file: "sh", args: ["-c", "echo $TMPDIR"], cwd })).trim();
  expect(existsSync(tmp)).toBe(true);
  workshop.close();
  expect(existsSync(tmp)).toBe(false);
});

test("error: a program that fails says what it said", async () => {
  const workshop = new Workshop();
  const failed = workshop.run({ file: "sh", args: ["-c", "echo out; echo wrong >&2; exit 3"], cwd });
  await expect(failed).rejects.toThrow(/^sh -c .* ended with 3 in .*:\nout\n\nwrong$/s);
  await expect(workshop.run({ file: "/no/such/program", args: [], cwd })).rejects.toThrow(/ENOENT/);
  workshop.close();
});

test("error: a folder that is no build", async () => {
  const workshop = new Workshop();
  await expect(workshop.build("no-such-commit")).rejects.toThrow(/no-such-commit/);
  workshop.close();
});

/** Has a workshop run a program that starts another and waits; it writes where it is and both process ids into a file. */
function waiting(file: string): string {
  const script = `sleep 60 & echo $TMPDIR $$ $! > "${file}"; wait`;
  return `
    import { Workshop } from "${new URL("revisions.ts", import.meta.url)}";
    await new Workshop().run({ file: "bash", args: ["-c", ${JSON.stringify(script)}], cwd: "." });
  `;
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("behavior: %s stops what runs and leaves nothing", async (signal, expectedCode) => {
  const folder = mkdtempSync(join(tmpdir(), "workshop-"));
  const file = join(folder, "started");
  const args = ["--import", "tsx", "--input-type=module", "--eval", waiting(file)];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await expect.poll(() => existsSync(file) && readFileSync(file, "utf8"), { timeout: 30_000 }).toMatch(/\n$/);
  const [tmp = "", ...pids] = readFileSync(file, "utf8").trim().split(" ");
  expect(pids.map(Number).map(isRunning)).toEqual([true, true]);
  expect(existsSync(tmp)).toBe(true);
  child.kill(signal);
  expect(await ended).toBe(expectedCode);
  expect(existsSync(tmp)).toBe(false);
  await expect.poll(() => pids.map(Number).some(isRunning), { timeout: 5000 }).toBe(false);
  rmSync(folder, { recursive: true });
});
