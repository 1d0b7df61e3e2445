// A log file that does not grow for ever: when it is full it becomes `<file>.1`, in place of the one before.

import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from "node:fs";

/** Most bytes of the file, and of the one before it. */
export const LOG_BYTES_MAX = 4 * 1024 * 1024;

/** Appends to a file. Writes are small and synchronous, so that nothing is lost when the process ends. */
export class RotatingLog {
  readonly #file: string;
  #descriptor: number;
  #bytes: number;

  /** Opens the file, which is made when it does not exist. Its folder must. */
  constructor(file: string) {
    this.#file = file;
    this.#bytes = existsSync(file) ? statSync(file).size : 0;
    this.#descriptor = openSync(file, "a");
  }

  /** Ignored once closed: a pipe may bring its last words late. */
  write(chunk: Uint8Array): void {
    if (this.#descriptor === -1) return;
    if (this.#bytes + chunk.length > LOG_BYTES_MAX) this.#rotate();
    writeSync(this.#descriptor, chunk);
    this.#bytes += chunk.length;
  }

  #rotate(): void {
    closeSync(this.#descriptor);
    renameSync(this.#file, `${this.#file}.1`);
    this.#descriptor = openSync(this.#file, "a");
    this.#bytes = 0;
  }

  close(): void {
    if (this.#descriptor !== -1) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }
}
