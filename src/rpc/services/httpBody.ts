// Reading the body of an HTTP request, up to a limit.

import type { IncomingMessage } from "node:http";

/** A body that is larger than is read. */
export class BodyTooLargeError extends Error {
  readonly code = "body_too_large";
  readonly retryable = false;
  readonly limitBytes: number;

  constructor(limitBytes: number) {
    super(`body is larger than ${limitBytes} bytes`);
    this.name = "BodyTooLargeError";
    this.limitBytes = limitBytes;
  }
}

/**
 * The whole body. Rejects with BodyTooLargeError as soon as more than `limitBytes` have come or are announced; the rest
 * is not kept. Rejects with a plain Error when the client goes away.
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const announced = Number(request.headers["content-length"] ?? "0");
    if (announced > limitBytes) return reject(new BodyTooLargeError(limitBytes));
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on("data", (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= limitBytes) chunks.push(chunk);
      else {
        request.removeAllListeners("data");
        request.pause();
        reject(new BodyTooLargeError(limitBytes));
      }
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
    request.on("aborted", () => reject(new Error("the client went away")));
  });
}
