// Where the master keys come from: the environment, or a file that is made on the first start.

import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { toBase64 } from "../../codec/bytes.ts";
import type { MasterKeys } from "../vault/masterKeys.ts";
import { parseMasterKeys } from "../vault/masterKeys.ts";
import { KEY_BYTES } from "../vault/sealing.ts";

/** The variable that holds them: base64 of 32 bytes each, separated by commas, the newest first. */
export const MASTER_KEY_VARIABLE = "STATESET_GATEWAY_MASTER_KEY";

/** The file cannot be used. */
export class MasterKeyFileError extends Error {
  readonly code = "master_key_file";

  constructor(file: string, what: string, options?: ErrorOptions) {
    super(`${file}: ${what}`, options);
    this.name = "MasterKeyFileError";
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** Reads a file that only its owner may read; undefined when there is none. */
function readOwnFile(file: string): string | undefined {
  try {
    // Whoever may read it may read everything that it seals.
    if ((statSync(file).mode & 0o077) !== 0) throw new MasterKeyFileError(file, "others may read it: chmod 600");
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    if (hasCode(cause, "ENOENT")) return undefined;
    throw cause instanceof MasterKeyFileError ? cause : new MasterKeyFileError(file, "cannot be read", { cause });
  }
}

/** Makes the file whole or not at all. Of two processes that do so at once, one wins. */
function createFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const scratch = `${file}.${process.pid}`;
  writeFileSync(scratch, `${text}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(scratch, file);
  } catch (cause) {
    if (!hasCode(cause, "EEXIST")) throw new MasterKeyFileError(file, "cannot be made", { cause });
  } finally {
    unlinkSync(scratch);
  }
}

/**
 * The master keys of a gateway: those of `fromEnvironment` where given, else those of the file, which is made (mode 0600)
 * when it is not there. Throws MasterKeyError, MasterKeyFileError. Losing the file is losing what it seals.
 */
export function loadMasterKeys(fromEnvironment: string | undefined, file: string): MasterKeys {
  if (fromEnvironment !== undefined && fromEnvironment !== "") return parseMasterKeys(fromEnvironment);
  const found = readOwnFile(file);
  if (found !== undefined) return parseMasterKeys(found);
  createFile(file, toBase64(randomBytes(KEY_BYTES)));
  return parseMasterKeys(readOwnFile(file) ?? "");
}
