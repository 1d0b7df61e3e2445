#!/usr/bin/env -S node --max-semi-space-size=128 --v8-pool-size=1
// `statesetd`: the command. Builds the commands, runs one, and turns its failure into a line and an exit code.
//
// PERF: a transaction lives from its arrival to its block, a tenth of a second, in which a busy node allocates more than the
// 16 MB that V8 collects together by itself: all of it is copied twice and kept for the great collection. With 128 MB most is
// gone before, and with one helper V8's threads do not wait for each other on the cores that the node needs: 6 % more
// operations on two cores. An idle process does not grow by it.

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
