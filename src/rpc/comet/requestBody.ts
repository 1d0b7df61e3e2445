// Reading the body of a request up to a limit. What goes beyond is read and thrown away for a while, as a client that is
// cut off while it sends never sees the answer.

import type { IncomingMessage } from "node:http";

/** How much of a body that is too large is thrown away before the connection is cut. */
const DISCARD_BYTES_MAX = 8 * 1024 * 1024;

/** A body, or why there is none. */
export type RequestBody =
  | { readonly kind: "whole"; readonly bytes: Buffer }
  | { readonly kind: "too_large" }
  /** The client went away: there is nobody to answer. */
  | { readonly kind: "gone" };

/** Reads a body. Never rejects. */
export function readRequestBody(request: IncomingMessage, bytesMax: number): Promise<RequestBody> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on("data", (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= bytesMax) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      if (sizeBytes > bytesMax + DISCARD_BYTES_MAX) {
        request.pause();
        resolve({ kind: "too_large" });
      }
    });
    request.on("end", () => {
      if (sizeBytes > bytesMax) resolve({ kind: "too_large" });
      else resolve({ kind: "whole", bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) });
    });
    // "close" comes last, whatever happened: the first outcome stands.
    request.on("error", () => resolve({ kind: "gone" }));
    request.on("close", () => resolve({ kind: "gone" }));
  });
}
