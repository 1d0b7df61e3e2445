// The validator's signature, and the guard that it signs one block a height (CometBFT v0.38 privval/file.go).
//
// A vote leaves this process only inside a block that is durable. So the block store itself says what was signed in
// public: its last height. A crash between signing and durability may lead to another block of the same height being
// signed after the restart; that is no equivocation, because nobody has seen the first signature.
// `priv_validator_state.json` is written after a block is durable. It is the second witness: when it is ahead of the
// block store, the store is an old copy, and signing would put a second block under a height that others have seen.
// The file may lag behind the store (it is synced at most once a second), never the other way round.

import { existsSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { toBase64, toHex } from "../../codec/bytes.ts";
import { ed25519Signer } from "../../crypto/ed25519.ts";
import { NodeFileError, type NodeKey, readJsonFile, writeJsonFile } from "./nodeFiles.ts";

/** CometBFT's step number of a precommit. */
const STEP_PRECOMMIT = 3;
/** Least time between two writes of the state file. */
const SAVE_INTERVAL_MS = 1000;

/** What was signed last, in the shape of `priv_validator_state.json`. */
interface SignState {
  readonly height: number;
  readonly signature: Uint8Array;
  readonly signBytes: Uint8Array;
}

/** A signature that is refused. */
export class DoubleSignError extends Error {
  readonly code = "double_sign";

  constructor(message: string) {
    super(message);
    this.name = "DoubleSignError";
  }
}

/** Signs the precommits of one validator. */
export class PrivValidator {
  readonly key: NodeKey;
  readonly #sign: (message: Uint8Array) => Uint8Array;
  readonly #stateFile: string | undefined;
  /** Last height that a durable block carries. */
  #publishedHeight: number;
  #last: SignState | undefined;
  #saving: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isDirty = false;

  private constructor(key: NodeKey, stateFile: string | undefined, publishedHeight: number) {
    this.key = key;
    this.#sign = ed25519Signer(key.seed);
    this.#stateFile = stateFile;
    this.#publishedHeight = publishedHeight;
  }

  /**
   * Opens the validator beside a block store.
   * @param stateFile `priv_validator_state.json`; without one only the block store guards
   * @param durableHeight the block store's last height
   * Throws DoubleSignError when the file says that later blocks were published.
   */
  static open(key: NodeKey, stateFile: string | undefined, durableHeight: number): PrivValidator {
    if (stateFile !== undefined && existsSync(stateFile)) {
      const signedHeight = readSignedHeight(stateFile);
      if (signedHeight > durableHeight) {
        throw new DoubleSignError(
          `${stateFile} says that block ${signedHeight} was signed, but the data folder ends at block ` +
            `${durableHeight}: it is an old copy. Restore the newer data folder; or delete the file, if nobody ` +
            "has seen the later blocks",
        );
      }
    }
    return new PrivValidator(key, stateFile, durableHeight);
  }

  /** Signs the canonical vote for a block. Throws DoubleSignError at or below a height that was published. */
  signPrecommit(height: number, signBytes: Uint8Array): Uint8Array {
    if (height <= this.#publishedHeight) {
      throw new DoubleSignError(
        `asked to sign block ${height}; block ${this.#publishedHeight} is signed and published`,
      );
    }
    const signature = this.#sign(signBytes);
    this.#last = { height, signature, signBytes };
    return signature;
  }

  /** Notes that the block with the last signature is durable. The file follows within a second. */
  published(height: number): void {
    this.#publishedHeight = height;
    this.#isDirty = true;
    if (this.#stateFile === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // A failure is reported by the next save or by close.
      this.#saving = this.#save();
      this.#saving.catch(() => {
        this.#isDirty = true;
      });
    }, SAVE_INTERVAL_MS);
    this.#timer.unref();
  }

  /** Allows signing again above `height`: the devnet drops blocks on purpose. Call before they are dropped. */
  async rewind(height: number): Promise<void> {
    await this.#settle();
    this.#publishedHeight = height;
    this.#last = undefined;
    if (this.#stateFile !== undefined) writeJsonFile(this.#stateFile, stateJson(height, undefined));
  }

  /** Writes the state file for the last time. */
  async close(): Promise<void> {
    await this.#settle();
    if (this.#isDirty && this.#stateFile !== undefined) await this.#save();
  }

  async #settle(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#saving?.catch(() => {
      this.#isDirty = true;
    });
  }

  async #save(): Promise<void> {
    const file = this.#stateFile!;
    this.#isDirty = false;
    const isLast = this.#last?.height === this.#publishedHeight;
    const json = stateJson(this.#publishedHeight, isLast ? this.#last : undefined);
    const handle = await open(`${file}.tmp`, "w", 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(json, undefined, 2)}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.tmp`, file);
  }
}

function stateJson(height: number, last: SignState | undefined): Record<string, unknown> {
  return {
    height: String(height),
    round: 0,
    step: height === 0 ? 0 : STEP_PRECOMMIT,
    ...(last === undefined
      ? {}
      : { signature: toBase64(last.signature), signbytes: toHex(last.signBytes).toUpperCase() }),
  };
}

function readSignedHeight(file: string): number {
  const json = readJsonFile(file);
  const height = typeof json === "object" && json !== null && "height" in json ? json.height : undefined;
  if (typeof height !== "string" || !/^(0|[1-9][0-9]{0,14})$/.test(height)) {
    throw new NodeFileError(file, `height: expected a decimal string, got ${JSON.stringify(height)}`);
  }
  return Number(height);
}
