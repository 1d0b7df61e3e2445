// Property tests of the API by schemathesis (https://schemathesis.io): requests made of the OpenAPI document, good and bad
// ones, whose answers must be as the document says. It is a Python program, installed into a folder of its own.

import { execFile, execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";

/** The release that the results are known for. */
const VERSION = "4.32.5";
const FOLDER = join("node_modules", ".cache", `schemathesis-${VERSION}`);
const PROGRAM = join(FOLDER, "bin", "schemathesis");
const INSTALL_TIMEOUT_MS = 240_000;

/** Checks that every answer must pass. */
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_schema_conformance",
  "response_headers_conformance",
  "negative_data_rejection",
  "unsupported_method",
  "ignored_auth",
] as const;

/** `stateful` follows from what one operation answers to what another takes: an order is made, and then paid. */
const PHASES = "examples,coverage,fuzzing,stateful";

/** Its answer has no end, so that there is nothing to compare. */
const ENDLESS_PATH = "/v1/events/stream";

/** The program's path; it is installed first. Undefined where Python or the package registry is missing, with the reason told. */
export function installSchemathesis(): string | undefined {
  if (existsSync(PROGRAM)) return PROGRAM;
  const options = { stdio: "pipe", timeout: INSTALL_TIMEOUT_MS } as const;
  try {
    execFileSync("python3", ["-m", "venv", FOLDER], options);
    execFileSync(join(FOLDER, "bin", "pip"), ["install", "--quiet", `schemathesis==${VERSION}`], options);
    return PROGRAM;
  } catch (error) {
    rmSync(FOLDER, { recursive: true, force: true });
    console.log(`schemathesis cannot be installed here: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** What is tried, and how hard. */
export interface SchemathesisRun {
  readonly program: string;
  /** Of the gateway. */
  readonly url: string;
  readonly apiKey: string;
  /** Requests that are made up for each operation. */
  readonly examples: number;
  readonly seed: number;
  /** Only operations whose path matches. */
  readonly paths?: string | undefined;
}

/** Runs it; gives its exit code and what it said. */
export function runSchemathesis(run: SchemathesisRun): Promise<{ readonly code: number; readonly output: string }> {
  const { program, url, apiKey, examples, seed, paths } = run;
  const args = [
    ...["run", `${url}/openapi.json`, "--url", url, "-H", `Authorization: Bearer ${apiKey}`],
    ...["--checks", CHECKS.join(","), "--phases", PHASES, "--max-examples", String(examples)],
    ...["--seed", String(seed), "--generation-database", "none", "--no-color", "--request-timeout", "30"],
    ...["--exclude-path", ENDLESS_PATH],
    ...(paths === undefined ? [] : ["--include-path-regex", paths]),
  ];
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}
