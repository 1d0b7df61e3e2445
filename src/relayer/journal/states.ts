// The states of a message on its way, and which follows which: the one table that the journal enforces and README.md
// shows.

/** Where a message stands. */
export type MessageState = "seen" | "final" | "attested" | "submitted" | "done" | "parked";

/** Why a message is not carried further for now. Nothing parked is lost: `retry` takes it up again. */
export type ParkReason =
  /** Its log is no longer on the source chain. It comes back by itself when the log does. */
  | "reorged"
  /** The route's filters leave it out. */
  | "filtered"
  /** Another account than ours is its destination caller. */
  | "caller"
  /** V1: a newer message of the same nonce stands in its place. */
  | "replaced";

/** What may follow a state, and when it does. */
export const TRANSITIONS: Readonly<Record<MessageState, Readonly<Partial<Record<MessageState, string>>>>> = {
  seen: {
    final: "its block is final at the level that the message asks for",
    parked: "filtered, reorged, replaced, or for another caller",
  },
  final: {
    attested: "the service signed it; bytes and signatures were checked here",
    parked: "reorged or replaced",
  },
  attested: {
    final: "the attestation no longer holds (expired, attesters changed): ask for another",
    submitted: "a transaction with it is about to be sent",
    done: "somebody delivered it",
    parked: "reorged, replaced, or for another caller",
  },
  submitted: {
    attested: "the transaction failed, or never came into a block",
    done: "delivered, by us or by somebody before us",
  },
  done: {},
  parked: {
    seen: "its log is back, or somebody asked to try again",
    final: "the same, and its block is final",
  },
};

/** States in the order of the way. */
export const MESSAGE_STATES = Object.keys(TRANSITIONS) as readonly MessageState[];

/** Whether a message may go from one state to another. Staying is always allowed. */
export function isTransition(from: MessageState, to: MessageState): boolean {
  return from === to || TRANSITIONS[from][to] !== undefined;
}
