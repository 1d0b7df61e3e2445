#!/usr/bin/env node
// `statesetd`: the command. Builds the commands, runs one, and turns its failure into a line and an exit code.

import { CommanderError } from "commander";
import { CliError, EXIT_CODE } from "./cliError.ts";
import { createProgram } from "./program.ts";

/** The exit code for what a command threw, after telling the person. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODE.ok : EXIT_CODE.usage;
  if (error instanceof CliError) {
    console.error(`Error: ${error.message}`);
    return EXIT_CODE[error.code];
  }
  console.error(
    error instanceof Error && process.env["STATESET_DEBUG"] === undefined ? `Error: ${error.message}` : error,
  );
  return EXIT_CODE.failed;
}

// Whoever reads the output may stop before its end, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
