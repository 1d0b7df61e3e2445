// What a devnet and the process of its gateway say to each other, by Node's channel between processes.

import type { PaymentChain } from "../gateway/checkout/paymentChain.ts";
import type { ListenAddress } from "../gateway/gatewayConfig.ts";

/** With what the gateway is started. */
export interface GatewaySettings {
  readonly chainId: string;
  readonly rpcUrl: string;
  /** Everything that it keeps. */
  readonly folder: string;
  readonly http: ListenAddress;
  readonly metrics: ListenAddress;
  readonly apiKey: string;
  /** Whose orders the key makes. */
  readonly merchant: string;
  /** Whose wallet pays when a request names none. */
  readonly customer: string;
  readonly signer: { readonly address: string; readonly privKey: Uint8Array };
  /** EVM chains that the checkout page offers. */
  readonly paymentChains: readonly PaymentChain[];
  readonly logLevel: string;
}

/** To the gateway. The end of the channel tells it to close. */
export type GatewayOrder =
  | { readonly kind: "start"; readonly settings: GatewaySettings }
  | { readonly kind: "copy"; readonly folder: string };

/** Where it listens. */
export interface GatewayAddresses {
  readonly url: string;
  readonly metricsUrl: string | undefined;
}

/** An error, of which only this can travel; `code` and `port` are those of Node's errors. */
export interface ToldError {
  readonly message: string;
  readonly code: string | undefined;
  readonly port: number | undefined;
}

/** From the gateway. After `failed` it ends. */
export type GatewayReport =
  | ({ readonly kind: "ready" } & GatewayAddresses)
  | { readonly kind: "copied"; readonly error: ToldError | undefined }
  | { readonly kind: "failed"; readonly error: ToldError };

/** An error as it travels. */
export function toldError(error: unknown): ToldError {
  if (!(error instanceof Error)) return { message: String(error), code: undefined, port: undefined };
  const { message, code, port } = error as NodeJS.ErrnoException & { readonly port?: unknown };
  return {
    message,
    code: typeof code === "string" ? code : undefined,
    port: typeof port === "number" ? port : undefined,
  };
}

/** The error that was told of. */
export function errorOf({ message, code, port }: ToldError): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code }, port === undefined ? {} : { port });
}
