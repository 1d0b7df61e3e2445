// Builds of other revisions, in folders of their own, and the programs that are run there. Whatever way this process ends,
// short of SIGKILL, the programs are stopped and the folder is gone.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extract } from "tar";

/** `git` in this folder; throws with what git said. */
export function git(...args: readonly string[]): string {
  return execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** The commit that a name stands for; undefined when there is none. */
export function commitOf(name: string): string | undefined {
  try {
    return git("rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`);
  } catch {
    // git says no more than that, by its exit code.
    return undefined;
  }
}

/** Whether this working tree has other contents in some paths than a commit. Files that git ignores do not count. */
export function isChanged(commit: string, paths: readonly string[]): boolean {
  return spawnSync("git", ["diff", "--quiet", commit, "--", ...paths], { stdio: "ignore" }).status !== 0;
}

/** What `gen/` is made from, besides packages. */
const GENERATED_FROM = ["buf.yaml", "contracts", "proto", "scripts/contracts.ts", "scripts/generate.ts"];

/** A program to run. */
interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Whether its error output is shown as it comes. */
  readonly showsProgress?: boolean | undefined;
}

/** The last lines that a program wrote are kept for its error. */
const ERROR_LINES = 20;

/** A folder in which revisions are built and run. */
export class Workshop {
  readonly #folder = mkdtempSync(join(tmpdir(), "bench-revisions-"));
  #running: ChildProcess | undefined;
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.close();
    // As a shell counts it; 2 is SIGINT's number, 15 SIGTERM's.
    process.exit(signal === "SIGINT" ? 130 : 143);
  };

  constructor() {
    process.on("SIGINT", this.#onSignal);
    process.on("SIGTERM", this.#onSignal);
    mkdirSync(join(this.#folder, "tmp"));
  }

  /** Stops what runs and removes the folder. */
  close(): void {
    process.off("SIGINT", this.#onSignal);
    process.off("SIGTERM", this.#onSignal);
    if (this.#running?.pid !== undefined) kill(this.#running.pid);
    // A program that was killed may leave a last file behind while its folder is removed.
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /**
   * Builds a commit and gives its folder. Packages and generated code are this working tree's where both are made from
   * the same, since that takes longest.
   */
  async build(commit: string): Promise<string> {
    const cwd = join(this.#folder, commit);
    const archive = join(this.#folder, `${commit}.tar`);
    mkdirSync(cwd);
    git("archive", "--format=tar", `--output=${archive}`, commit);
    extract({ file: archive, cwd, sync: true });
    rmSync(archive);
    if (isChanged(commit, ["package-lock.json"])) {
      // Installing ends with `prepare`.
      await this.run({ file: "npm", args: ["ci", "--no-audit", "--no-fund"], cwd });
      return cwd;
    }
    symlinkSync(join(process.cwd(), "node_modules"), join(cwd, "node_modules"));
    const isSameGen = existsSync("gen") && !isChanged(commit, GENERATED_FROM);
    if (isSameGen) cpSync("gen", join(cwd, "gen"), { recursive: true });
    await this.run({ file: "npm", args: ["run", isSameGen ? "build" : "prepare"], cwd });
    return cwd;
  }

  /**
   * Runs a program and gives its standard output. Its temporary files go into the workshop. Throws with the end of
   * its error output when it fails.
   */
  async run({ file, args, cwd, showsProgress = false }: Program): Promise<string> {
    const env = { ...process.env, TMPDIR: join(this.#folder, "tmp") };
    // A process group of its own, so that what it starts ends with it.
    const child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    this.#running = child;
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk.toString();
      if (showsProgress) process.stderr.write(chunk);
    });
    const code = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    this.#running = undefined;
    if (code === 0) return output;
    const end = `${output}\n${errors}`.trim().split("\n").slice(-ERROR_LINES).join("\n");
    throw new Error(`${file} ${args.join(" ")} ended with ${code} in ${cwd}:\n${end}`);
  }
}

function kill(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // It ended a moment ago.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
