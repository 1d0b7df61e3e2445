// Long work in slices, with the event loop's other work between them: a block of a thousand transactions must not keep
// everybody else waiting for a tenth of a second.

/** A slice ends with the step that is under way after so long, milliseconds. PERF: a turn of the loop costs 20 to 50 us. */
const SLICE_MS = 3;

/** What came of work in slices. */
export interface Sliced<T> {
  readonly result: T;
  /** How long others had their turn, milliseconds. */
  readonly pausedMs: number;
}

/** Does steps until they end; lets others have their turn after each slice. Rejects with what a step throws. */
export async function inSlices<T>(steps: Generator<unknown, T, void>, sliceMs = SLICE_MS): Promise<Sliced<T>> {
  let pausedMs = 0;
  let startedMs = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return { result: step.value, pausedMs };
    const nowMs = performance.now();
    if (nowMs - startedMs < sliceMs) continue;
    await new Promise(setImmediate);
    startedMs = performance.now();
    pausedMs += startedMs - nowMs;
  }
}
