// The documents are true. Every `sh` block of the README and of docs/ is run, in the order of its page, against a devnet, or
// against the node that the page itself starts; a `text` block behind one is what it prints. A block that cannot be run here
// says why in a comment before it: `<!-- not run: … -->`. And every file that a page names is there.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { DEFAULT_NODE_CONFIG } from "../../src/devnet/nodeConfig.ts";

const PROGRAM = new URL("../../dist/src/cli/main.js", import.meta.url).pathname;
const PAGES = ["README.md", ...readdirSync("docs").flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : []))];
const BLOCK = /(<!-- not run: [^>]+-->\n)?```sh\n([\s\S]*?)\n```(?:\n\n```text\n([\s\S]*?)\n```)?/g;
/** Where the pages say that things listen, and where they do. */
const DEFAULT_FAUCET = "http://127.0.0.1:4500";
const DEFAULT_GATEWAY = "http://127.0.0.1:8080";

/** A block of a dozen commands, on a machine that does other things too. */
const BLOCK_TIMEOUT_MS = 150_000;

interface Block {
  readonly name: string;
  readonly commands: string;
  readonly output: string | undefined;
}

function blocksOf(page: string): readonly Block[] {
  return [...readFileSync(page, "utf8").matchAll(BLOCK)].flatMap(([, reason, commands = "", output]) => {
    if (reason !== undefined) return [];
    return [{ name: commands.slice(0, 50).replaceAll("\n", "; "), commands, output }];
  });
}

let folder: string;
let devnetUrls: { readonly rpc: string; readonly faucet: string; readonly gateway: string };
const running: ChildProcess[] = [];

/** Starts the program in a folder and waits until it says that it runs. */
async function start(cwd: string, args: readonly string[], env: Record<string, string>, last: RegExp): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env: { ...process.env, ...env } });
  running.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await vi.waitFor(
    () => {
      if (!last.test(said)) throw new Error(`it does not say ${last}: ${said}`);
    },
    { timeout: 50_000, interval: 50 },
  );
  return said;
}

function urlIn(text: string, name: string): string {
  return new RegExp(`${name} +(http\\S+)`).exec(text)?.[1] ?? "";
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "docs-"));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const program = `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`;
  writeFileSync(join(bin, "statesetd"), program, { mode: 0o755 });
  writeFileSync(join(bin, "npx"), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  const said = await start(folder, ["--home", join(folder, "devnet"), "devnet", "--free-ports"], {}, /Ctrl-C/);
  devnetUrls = { rpc: urlIn(said, "RPC"), faucet: urlIn(said, "faucet"), gateway: urlIn(said, "gateway") };
});

afterAll(async () => {
  for (const child of running) {
    if (child.exitCode !== null) continue;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the blocks of one page: they share a folder and what they `export` or set. */
class Page {
  readonly #cwd: string;
  #env: Record<string, string>;

  constructor(page: string) {
    this.#cwd = join(folder, page.replaceAll(/\W/g, "-"));
    mkdirSync(this.#cwd, { recursive: true });
    this.#env = {
      PATH: `${join(folder, "bin")}:${process.env["PATH"]}`,
      STATESETD_HOME: join(this.#cwd, "home"),
      STATESETD_KEYRING_BACKEND: "test",
      STATESETD_NODE: devnetUrls.rpc,
    };
  }

  async run(commands: string): Promise<string> {
    if (commands.startsWith("statesetd start")) return this.#startNode(commands.split(" ").slice(1));
    const here = commands.replaceAll(DEFAULT_FAUCET, devnetUrls.faucet).replaceAll(DEFAULT_GATEWAY, devnetUrls.gateway);
    const script = `set -a\n${here}\necho\nenv -0 > .env`;
    const done = spawnSync("bash", ["-euo", "pipefail", "-c", script], {
      cwd: this.#cwd,
      env: this.#env,
      encoding: "utf8",
      timeout: BLOCK_TIMEOUT_MS,
    });
    if (done.status !== 0) throw new Error(`${commands}\nexit ${done.status}: ${done.stderr}${done.stdout}`);
    const pairs = readFileSync(join(this.#cwd, ".env"), "utf8")
      .split("\0")
      .filter((pair) => pair !== "");
    this.#env = Object.fromEntries(
      pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
    );
    return done.stdout.trim();
  }

  /** A node of the page's own, on free ports: what follows on the page asks it. */
  async #startNode(args: readonly string[]): Promise<string> {
    const file = join(this.#cwd, this.#env["STATESETD_HOME"] ?? "", "config", "node.json");
    const config = JSON.parse(readFileSync(file, "utf8"));
    for (const name of ["rpc", "grpc", "rest", "metrics"]) config[name].port = 0;
    writeFileSync(file, JSON.stringify(config));
    const said = await start(this.#cwd, args, this.#env, /metrics +http/);
    this.#env = { ...this.#env, STATESETD_NODE: urlIn(said, "RPC") };
    return said;
  }
}

describe.each(PAGES.filter((page) => blocksOf(page).length > 0))("%s", (name) => {
  let page: Page;
  beforeAll(() => {
    page = new Page(name);
  });

  test.each(blocksOf(name))("default: $name", { timeout: 2 * BLOCK_TIMEOUT_MS }, async ({ commands, output }) => {
    if (commands.startsWith("npm ci")) {
      expectNpmCommands(commands);
      return;
    }
    const printed = await page.run(commands);
    if (output !== undefined) expect(printed).toBe(output);
  });
});

test("behavior: docs/node.md has every setting", () => {
  const text = readFileSync("docs/node.md", "utf8");
  const paths = Object.entries(DEFAULT_NODE_CONFIG).flatMap(([name, value]) => {
    // What listens is told once.
    if (["grpc", "rest", "metrics"].includes(name)) return [];
    const isSection = typeof value === "object" && value !== null;
    return isSection ? Object.keys(value).map((key) => `${name}.${key}`) : [name];
  });
  expect(paths.filter((path) => !text.includes(`\`${path}\``))).toEqual([]);
});

/** What a person does first, which is what brought us here: the scripts are there, and .ci/run does the same. */
function expectNpmCommands(commands: string): void {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  for (const line of commands.split("\n")) {
    const [, script = ""] = /^npm ci && npm (?:run )?([\w:-]+)/.exec(line) ?? [];
    expect(Object.keys(scripts), line).toContain(script);
  }
  expect(readFileSync(".ci/run", "utf8")).toMatch(/^npm ci\nnpm test\n/m);
}

test("behavior: every bench that a page runs is there", () => {
  const known = new Set(
    [...readFileSync("scripts/bench.ts", "utf8").matchAll(/^ {2}"?([\w-]+)"?: async \(\) =>/gm)].map(
      ([, name]) => name,
    ),
  );
  const asked = PAGES.flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(/npm run bench -- ([a-z][\w-]*)/g)].map(([, name]) => ({ page, name })),
  );
  expect(asked).toContainEqual({ page: "docs/performance.md", name: "compare" });
  expect(asked.filter(({ name }) => !known.has(name))).toEqual([]);
});

test("behavior: every source file that a page names is there", () => {
  const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" });
  const files = tracked.split("\n").filter((file) => existsSync(file));
  const names = new Set(files.map((file) => file.split("/").at(-1)));
  // What is planned is not there yet.
  const pages = files.filter((file) => file.endsWith(".md") && file !== "docs/plan.md");
  const missing = pages.flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(/`([\w./-]+\.ts)`/g)].flatMap(([, named = ""]) => {
      const isThere = named.includes("/")
        ? existsSync(named) ||
          existsSync(join(dirname(page), named)) ||
          files.some((file) => file.endsWith(`/${named}`))
        : names.has(named);
      return isThere ? [] : [`${page}: ${named}`];
    }),
  );
  expect(missing).toEqual([]);
});
