// The refusal of bytes or fields that have no form of CCTP. It carries data; whoever meets a client makes the text.

/** What is wrong, with what a caller needs to say it in its own words. */
export type FormatProblem =
  /** A field or a whole part has another length. `atLeast`: it may be longer than expected. */
  | { readonly code: "length"; readonly expectedBytes: number; readonly atLeast: boolean; readonly actualBytes: number }
  /** An integer does not fit its field. */
  | { readonly code: "range"; readonly bits: number }
  /** A version that is not known here. */
  | { readonly code: "version"; readonly actual: number };

/** Bytes that are not what they should be, or fields that cannot be encoded. Expected of hostile input. */
export class CctpFormatError extends Error {
  /** What was read or written: `message`, `burnMessage`, or a field of them by its name. */
  readonly part: string;
  readonly problem: FormatProblem;

  constructor(part: string, problem: FormatProblem) {
    super(`${part}: ${textOf(problem)}`);
    this.name = "CctpFormatError";
    this.part = part;
    this.problem = problem;
  }
}

function textOf(problem: FormatProblem): string {
  switch (problem.code) {
    case "length":
      return `expected ${problem.atLeast ? "at least " : ""}${problem.expectedBytes} bytes, got ${problem.actualBytes}`;
    case "range":
      return `does not fit ${problem.bits} bits`;
    case "version":
      return `unknown version ${problem.actual}`;
  }
}

/** Refuses bytes of another length. */
export function requireLength(part: string, bytes: Uint8Array, expectedBytes: number): void {
  if (bytes.length === expectedBytes) return;
  throw new CctpFormatError(part, { code: "length", expectedBytes, atLeast: false, actualBytes: bytes.length });
}

/** Refuses bytes that are shorter. */
export function requireLengthAtLeast(part: string, bytes: Uint8Array, expectedBytes: number): void {
  if (bytes.length >= expectedBytes) return;
  throw new CctpFormatError(part, { code: "length", expectedBytes, atLeast: true, actualBytes: bytes.length });
}
