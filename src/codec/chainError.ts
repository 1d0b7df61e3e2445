// Errors of the state machine: each is registered once as (codespace, code, text) and reaches clients as those three.
// Follows cosmossdk.io/errors v1: code 0 is success, code 1 is internal, the root codespace is "sdk".

/** What is registered of an error: what clients match on. */
export interface ErrorKind {
  readonly codespace: string;
  /** At least 2: 0 is success and 1 is internal. */
  readonly code: number;
  /** The registered text; it ends the message of every error of this kind. */
  readonly text: string;
}

const registered = new Map<string, ErrorKind>();

/** Registers an error kind at load. Throws if the codespace already has that code, or the code is below 2. */
export function registerError(codespace: string, code: number, text: string): ErrorKind {
  const id = `${codespace}/${code}`;
  if (code < 2) throw new Error(`error code ${id} is reserved`);
  if (registered.has(id)) throw new Error(`error code ${id} is registered twice`);
  const kind: ErrorKind = Object.freeze({ codespace, code, text });
  registered.set(id, kind);
  return kind;
}

/** Every registered kind, in the order of registration. For the check that compares code with docs. */
export function registeredErrors(): readonly ErrorKind[] {
  return [...registered.values()];
}

/** An expected refusal by the state machine. The message is `<what>: <registered text>`, as errors.Wrap makes it. */
export class ChainError extends Error {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, what?: string) {
    super(what === undefined || what === "" ? kind.text : `${what}: ${kind.text}`);
    this.name = "ChainError";
    this.kind = kind;
  }

  get code(): number {
    return this.kind.code;
  }

  get codespace(): string {
    return this.kind.codespace;
  }

  /** The same kind with one more word in front, as errors.Wrap does to an error that is already wrapped. */
  wrap(what: string): ChainError {
    const wrapped = new ChainError(this.kind);
    wrapped.message = `${what}: ${this.message}`;
    return wrapped;
  }
}
