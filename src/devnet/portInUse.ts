// A port that is taken: the one failure at the start that has nothing to do with the devnet.

/** A port that a part wants is taken. */
export class PortInUseError extends Error {
  readonly code = "port_in_use";
  readonly port: number;

  constructor(port: number, message: string, options?: ErrorOptions) {
    super(`port ${port} is in use: ${message}`, options);
    this.name = "PortInUseError";
    this.port = port;
  }
}

/** The failure to listen that an error was made of, as a PortInUseError; undefined when it is about something else. */
export function asPortInUse(error: unknown): PortInUseError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof PortInUseError) return cause;
    // Node's errors of listening sockets have both.
    if (!("code" in cause && cause.code === "EADDRINUSE" && "port" in cause)) continue;
    return new PortInUseError(Number(cause.port), "something listens there, perhaps another devnet", { cause: error });
  }
  return undefined;
}
