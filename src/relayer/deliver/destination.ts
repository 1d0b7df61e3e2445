// A chain that messages are delivered to, whichever kind it is. `evm/` and `cosmos/` hold the two kinds.

import type { AttestationRule } from "../../cctp/attestation.ts";
import type { Clock } from "../clock.ts";
import type { Journal } from "../journal/journal.ts";
import type { MessageRecord } from "../journal/record.ts";
import type { MessageFacts } from "../messageFacts.ts";
import type { QueueParts } from "./deliveryQueue.ts";
import type { Refusal } from "./outcomes.ts";

/** What the relayer's account on a chain has, and where it stands. */
export interface WalletStatus {
  /** As the chain writes addresses. */
  readonly address: string;
  /** In the smallest unit: wei, uusdc. Undefined until it was read. */
  readonly balance: bigint | undefined;
  readonly unit: string;
  /** Below this it is called dry. */
  readonly balanceMin: bigint;
  /** Transactions on their way. */
  readonly inFlight: number;
}

/** How a message arrived, as far as a chain can tell. */
export interface FoundDelivery {
  readonly txHash: string;
  readonly height: bigint;
}

/** What would become of a delivery now. */
export type DeliveryCheck =
  /** Somebody delivered it. */
  | { readonly kind: "used" }
  /** The chain would not take it, or we would not pay for it; `why` is for people. */
  | { readonly kind: "refused"; readonly refusal: Refusal; readonly why: string }
  | { readonly kind: "ready"; readonly gas: bigint };

/** One chain to deliver to, with the account that pays for it. */
export interface Destination {
  readonly name: string;
  readonly domain: number;
  /** Checks that the endpoints are of the chain that the configuration says. Rejects with DestinationError. */
  verify(): Promise<void>;
  /** Whether our account may deliver a message with this destinationCaller (32 bytes). */
  mayDeliver(facts: Pick<MessageFacts, "cctpVersion" | "destinationCaller">): boolean;
  /** The 32-byte recipients that burns of a version have to be sent to: the TokenMessenger, or the module. */
  burnRecipient(cctpVersion: 1 | 2): Uint8Array | undefined;
  /** Whom the chain believes. Read from it when what is known is older than `ageMaxMs`. Rejects with DestinationError. */
  attestationRule(cctpVersion: 1 | 2, ageMaxMs: number): Promise<AttestationRule>;
  /** Whether an attestation that is void from this height on would not be delivered in time. Rejects with DestinationError. */
  isExpiring(expirationBlock: bigint): Promise<boolean>;
  /** Asks the chain what would become of the delivery of an attested message. Changes nothing. Rejects with DestinationError. */
  check(record: MessageRecord): Promise<DeliveryCheck>;
  /** Delivers what is attested and looks after what was sent. Called again and again; rejects with DestinationError. */
  tick(): Promise<void>;
  /** Makes a message due at once. */
  hurry(id: string): void;
  /** Forgets what is not in the journal. */
  reset(): void;
  /** The transaction that delivered a message; undefined when it is not found. Rejects with DestinationError. */
  findDelivery(record: MessageRecord): Promise<FoundDelivery | undefined>;
  wallet(): WalletStatus;
}

/** What a destination tells besides what it writes. */
export interface DeliveryObserver {
  /** Smallest units that were spent, on something or on nothing. */
  paid(chain: string, amount: bigint, isUseful: boolean): void;
}

/** What a destination is made with. */
export interface DestinationParts extends Omit<QueueParts, "domain"> {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly observer: DeliveryObserver;
}

/** What went wrong at a destination. */
export type DestinationFault =
  /** No endpoint answered sensibly: always worth another try. */
  | "unreachable"
  /** It is another chain than the configuration says. */
  | "wrong_chain"
  /** The configuration does not say what is needed for a message of the journal. Other messages go on. */
  | "not_configured";

export class DestinationError extends Error {
  readonly code: DestinationFault;
  readonly retryable: boolean;
  readonly chain: string;

  constructor(chain: string, code: DestinationFault, message: string, options?: ErrorOptions) {
    super(`${chain}: ${message}`, options);
    this.name = "DestinationError";
    this.chain = chain;
    this.code = code;
    this.retryable = code !== "wrong_chain";
  }
}
