// What the relayer asks an attestation service. `irisClient.ts` asks Circle's, or one of the same interface.

import type { Backoff } from "../backoff.ts";
import type { Hex } from "../journal/record.ts";
import type { ServiceMessage } from "./assign.ts";

/** A service that signs messages. Every method rejects with AttestationServiceError. */
export interface AttestationSource {
  /** How often it is asked about one message. */
  readonly backoff: Backoff;
  /** Whether it takes a request now: asked too often, the service blocks for minutes. */
  isReady(): boolean;
  /** The attestation of a V1 message by the hash of its bytes; undefined while there is none, or the message is not known. */
  attestationV1(messageHash: Hex): Promise<Hex | undefined>;
  /** The V2 messages of a transaction, signed or not; none while the transaction is not known. */
  messagesV2(sourceDomain: number, txHash: string): Promise<readonly ServiceMessage[]>;
  /** Asks for a V2 message to be attested anew, with a later expiration. It comes later, through `messagesV2`. */
  reattest(nonce: Hex): Promise<void>;
}

/** Why a service could not be asked; always worth another try. */
export type ServiceFault =
  /** It told us to slow down. Nothing is sent to it before `retryAtMs`. */
  | "rate_limited"
  | "unreachable"
  /** An answer of another shape, or an error of the service. */
  | "bad_answer";

/** No usable answer. 404 is none of these: it means "not yet". */
export class AttestationServiceError extends Error {
  readonly code: ServiceFault;
  readonly retryable = true;

  constructor(code: ServiceFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AttestationServiceError";
    this.code = code;
  }
}
