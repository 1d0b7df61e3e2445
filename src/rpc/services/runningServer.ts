// What every server of this folder is given and gives back.

/** Where a server listens. */
export interface ListenOptions {
  /** Loopback (127.0.0.1) unless another is given. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port?: number;
}

/** A server that listens. */
export interface RunningServer {
  readonly address: { readonly host: string; readonly port: number };
  /** Stops listening and resolves once open requests have ended or were cut off. */
  close(): Promise<void>;
}
