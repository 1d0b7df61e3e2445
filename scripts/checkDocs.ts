// Compares the errors that modules register with the errors that their READMEs list, both ways.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** A row `| 2 | text |` of the "Errors" section of a README; the text may stand in backticks. */
const ROW = /^\|\s*`?(\d+)`?\s*\|\s*(?:`[A-Za-z]+`\s*\|\s*)?`?([^|`]+)`?\s*\|/gm;

function isErrorKind(value: unknown): value is { code: number; text: string } {
  return typeof value === "object" && value !== null && "codespace" in value && "code" in value && "text" in value;
}

async function registeredIn(file: string): Promise<Set<string>> {
  const exported: Record<string, unknown> = await import(pathToFileURL(resolve(file)).href);
  const kinds = Object.values(exported).filter(isErrorKind);
  return new Set(kinds.map(({ code, text }) => `${code} ${text}`));
}

function listedIn(readme: string): Set<string> {
  const section = readme.split(/^## /m).find((part) => part.toLowerCase().startsWith("errors")) ?? "";
  return new Set([...section.matchAll(ROW)].map(([, code, text]) => `${code} ${(text ?? "").trim()}`));
}

/** Problems as text, one a line; empty when code and docs agree. */
export async function docErrorProblems(): Promise<string> {
  const problems: string[] = [];
  for (const path of readdirSync("x", { recursive: true })) {
    const errorsFile = `x/${path}`;
    if (!errorsFile.endsWith("/errors.ts")) continue;
    const readmeFile = `${dirname(errorsFile)}/README.md`;
    const inCode = await registeredIn(errorsFile);
    const inDocs = listedIn(existsSync(readmeFile) ? readFileSync(readmeFile, "utf8") : "");
    for (const entry of inCode) {
      if (!inDocs.has(entry)) problems.push(`${readmeFile}: section "Errors" does not list: ${entry}`);
    }
    for (const entry of inDocs) {
      if (!inCode.has(entry)) problems.push(`${errorsFile} does not register what the README lists: ${entry}`);
    }
  }
  return problems.join("\n");
}
