// Work in steps: a generator that yields wherever something else may have its turn. Who runs it decides whether it does.

/** Does all steps at once. */
export function runToEnd<T>(steps: Generator<unknown, T, void>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
