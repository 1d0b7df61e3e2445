// Asks for secrets on the terminal, without showing them; reads them from standard input when that is not a terminal.

import { createInterface } from "node:readline";
import { CliError } from "./cliError.ts";

let pipedLines: string[] | undefined;

/** The next line of standard input that is not a terminal. */
async function pipedLine(): Promise<string> {
  if (pipedLines === undefined) {
    pipedLines = [];
    for await (const line of createInterface({ input: process.stdin })) pipedLines.push(line);
  }
  const line = pipedLines.shift();
  if (line === undefined) throw new CliError("usage", "standard input ended where a secret was expected");
  return line;
}

/** Reads a line from the terminal with nothing shown. */
function hiddenLine(question: string): Promise<string> {
  process.stderr.write(question);
  const terminal = createInterface({ input: process.stdin, terminal: true });
  return new Promise((resolve, reject) => {
    terminal.once("SIGINT", () => {
      terminal.close();
      reject(new CliError("failed", "interrupted"));
    });
    terminal.once("line", (line) => {
      terminal.close();
      process.stderr.write("\n");
      resolve(line);
    });
  });
}

/** Asks for a secret. */
export function askSecret(question: string): Promise<string> {
  return process.stdin.isTTY ? hiddenLine(question) : pipedLine();
}

/** Asks for the passphrase of the keyring; twice when it is new. Throws CliError when the two differ. */
export async function askPassphrase(isNew: boolean): Promise<string> {
  const passphrase = await askSecret(isNew ? "New keyring passphrase: " : "Keyring passphrase: ");
  if (isNew && process.stdin.isTTY && (await askSecret("Once more: ")) !== passphrase) {
    throw new CliError("usage", "the two passphrases differ");
  }
  return passphrase;
}
