// Which messages are carried: from where to where, and which of those. A pure verdict on a message's bytes.

import { bytes32ToAddress, isZero } from "../cctp/bytes32.ts";
import { bytesEqual } from "../codec/bytes.ts";
import type { ParkReason } from "./journal/states.ts";
import type { MessageFacts } from "./messageFacts.ts";

/** Which of the messages of a route are carried. What is left out says that nothing is asked. */
export interface RouteFilter {
  /** Low 20 bytes of mint recipients, lower-case hex; undefined takes all. */
  readonly mintRecipients: ReadonlySet<string> | undefined;
  /** Micro-units, both ends included. */
  readonly amountMin: bigint;
  readonly amountMax: bigint | undefined;
  /** `any`: what we may deliver. `ours`: only what nobody else may. */
  readonly callers: "any" | "ours";
  /** Generic messages run whatever contract they name, at our cost. */
  readonly genericMessages: boolean;
}

/** A way that messages are carried. */
export interface Route {
  readonly sourceDomain: number;
  readonly destinationDomain: number;
  readonly versions: readonly (1 | 2)[];
  /** Name of the attestation service. */
  readonly attestation: string;
  readonly filter: RouteFilter;
}

/** What the ends of a route say of a message. */
export interface RouteEnds {
  /** 32 bytes; who sends burns on the source. Undefined where there are none of this version. */
  readonly burnSender: Uint8Array | undefined;
  /** 32 bytes; who takes burns on the destination. */
  readonly burnRecipient: Uint8Array | undefined;
  readonly mayDeliver: boolean;
}

/** What becomes of a message that was seen. */
export type RouteVerdict =
  | { readonly kind: "carry" }
  | { readonly kind: "park"; readonly reason: Extract<ParkReason, "filtered" | "caller">; readonly why: string };

const CARRY: RouteVerdict = { kind: "carry" };

function filtered(why: string): RouteVerdict {
  return { kind: "park", reason: "filtered", why };
}

/** The route of a message; undefined when nobody asked for it to be carried. */
export function routeOf(
  routes: readonly Route[],
  message: Pick<MessageFacts, "cctpVersion" | "sourceDomain" | "destinationDomain">,
): Route | undefined {
  return routes.find(
    (route) =>
      route.sourceDomain === message.sourceDomain &&
      route.destinationDomain === message.destinationDomain &&
      route.versions.includes(message.cctpVersion),
  );
}

function isBurn({ burn, sender, recipient }: MessageFacts, { burnSender, burnRecipient }: RouteEnds): boolean {
  if (burn === undefined || burnSender === undefined || burnRecipient === undefined) return false;
  return bytesEqual(sender, burnSender) && bytesEqual(recipient, burnRecipient);
}

/** Whether a message is carried. What the filters leave out comes before what we may not deliver. */
export function judgeMessage(message: MessageFacts, filter: RouteFilter, ends: RouteEnds): RouteVerdict {
  const { burn } = message;
  if (burn === undefined || !isBurn(message, ends)) {
    if (!filter.genericMessages) return filtered("not a burn");
    if (filter.mintRecipients !== undefined) return filtered("not a burn, so without a mint recipient");
  } else {
    const recipient = Buffer.from(bytes32ToAddress(burn.mintRecipient)).toString("hex");
    if (filter.mintRecipients?.has(recipient) === false) return filtered(`mint recipient 0x${recipient}`);
    if (burn.amount < filter.amountMin) return filtered(`amount ${burn.amount} is below ${filter.amountMin}`);
    if (filter.amountMax !== undefined && burn.amount > filter.amountMax) {
      return filtered(`amount ${burn.amount} is above ${filter.amountMax}`);
    }
  }
  if (filter.callers === "ours" && isZero(message.destinationCaller)) return filtered("anybody may deliver it");
  if (ends.mayDeliver) return CARRY;
  const caller = Buffer.from(message.destinationCaller).toString("hex");
  return { kind: "park", reason: "caller", why: `only 0x${caller} may deliver it` };
}
