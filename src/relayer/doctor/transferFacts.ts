// What was observed of one message on its way: the input of the rules.

import type { AttestationRefusal } from "../../cctp/attestation.ts";
import type { MatchFault } from "../attestation/matchV2.ts";
import type { FoundDelivery } from "../deliver/destination.ts";
import type { Hex } from "../journal/record.ts";
import type { MessageState, ParkReason } from "../journal/states.ts";
import type { MessageFacts } from "../messageFacts.ts";

/** Where a message was emitted. */
export interface SourceFacts {
  readonly chain: string;
  readonly txHash: string;
  readonly height: bigint;
  /** The chain has another block at that height now. */
  readonly isReorganised: boolean;
  /** Blocks until its block is final at the level that the message asks for; zero when it is. */
  readonly blocksToFinal: bigint;
  readonly secondsToFinal: number | undefined;
  /** The same at the standard level: what a delayed fast message waits for. */
  readonly secondsToStandard: number | undefined;
}

/** What the attestation service says. */
export type ServiceFacts =
  /** No service is configured for this route. */
  | { readonly kind: "none" }
  | { readonly kind: "unreachable"; readonly why: string }
  /** 404, or an empty list. */
  | { readonly kind: "unknown" }
  | { readonly kind: "pending"; readonly delayReason: string | undefined }
  /** It signed something that is not what was burned. */
  | { readonly kind: "mismatch"; readonly fault: MatchFault }
  | {
      readonly kind: "complete";
      readonly message: Hex;
      readonly attestation: Hex;
      readonly nonce: string;
      /** Zero is never. */
      readonly expirationBlock: bigint;
      /** Why the destination's attesters did not sign it; undefined when they did, or could not be asked for. */
      readonly refusal: AttestationRefusal | undefined;
    };

/** Delivered in a try that costs nothing. */
export type SimulationFacts =
  | { readonly kind: "passes" }
  /** In the words of the chain. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Nothing is attested, it is delivered, or there is no account to try it with. */
  | { readonly kind: "skipped" };

/** Where a message goes. */
export type DestinationFacts =
  /** Not among the configured chains. */
  | { readonly kind: "unknown" }
  | { readonly kind: "unreachable"; readonly chain: string; readonly why: string }
  | {
      readonly kind: "evm" | "cosmos";
      readonly chain: string;
      readonly height: bigint;
      /** Set when its nonce is used; fields are undefined where the transaction was not found. */
      readonly delivered: Partial<FoundDelivery> | undefined;
      /** As the chain writes addresses. Undefined: anybody may deliver. */
      readonly onlyCaller: string | undefined;
      /** We have the key of that caller, or need none. */
      readonly mayWeDeliver: boolean;
      readonly simulation: SimulationFacts;
      /** How a person delivers it by hand. Undefined while nothing is attested. */
      readonly deliverCommand: string | undefined;
    };

/** What a running relayer knows. */
export type RelayerFacts =
  | { readonly kind: "off" }
  | { readonly kind: "unreachable"; readonly url: string }
  | { readonly kind: "unknown" }
  | {
      readonly kind: "knows";
      readonly state: MessageState;
      readonly parkReason: ParkReason | undefined;
      readonly attempts: number;
      readonly lastError: string | undefined;
    };

/** What became of the minted money on a chain with orders. */
export interface CreditFacts {
  /** Undefined for what paid no order. */
  readonly payment:
    | { readonly paymentId: string; readonly orderId: string; readonly amountApplied: bigint; readonly status: string }
    | undefined;
  /** Entries of the exception ledger, as they are now. */
  readonly exceptions: readonly ExceptionFacts[];
}

/** An entry of the exception ledger. Names as in the protobuf enums, without their prefixes. */
export interface ExceptionFacts {
  readonly id: string;
  readonly orderId: string;
  readonly kind: string;
  readonly policy: string;
  readonly status: string;
  readonly amount: bigint;
  readonly detail: string;
  readonly refundId: string;
}

/** One message. */
export interface TransferFacts {
  readonly messageHash: Hex;
  readonly message: MessageFacts;
  /** Undefined when only the delivery is known. */
  readonly source: SourceFacts | undefined;
  /** Name of the source chain, or its number. */
  readonly sourceName: string;
  readonly service: ServiceFacts;
  readonly destination: DestinationFacts;
  readonly relayer: RelayerFacts;
  /** Undefined while it is not delivered, or the destination has no orders, or it paid none. */
  readonly credit: CreditFacts | undefined;
  /** Who is minted to, as the destination writes addresses. */
  readonly recipient: string | undefined;
}
