// Keys of a store as keys of a Map.

/** Node's own, which works on any Uint8Array; the types only know it on Buffer. */
const latin1Slice = (Buffer.prototype as Buffer & { latin1Slice(start: number, end: number): string }).latin1Slice;

/**
 * Bytes as a map key: one UTF-16 unit a byte, so that text order is byte order. PERF: 90 ns for 33 bytes; 170 ns by way of
 * `Buffer.from(…).toString("latin1")`.
 */
export function keyText(key: Uint8Array): string {
  return latin1Slice.call(key as Buffer, 0, key.length);
}
