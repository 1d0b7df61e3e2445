// What the refusals of destinations mean: by a part of the text, what to call it, who can lift it, and how. Texts: Circle's
// contracts (test/vectors/cctp/*-negative-receive.json), USDC's, noble-cctp's and those of x/cctp and x/issuer.

/** A refusal, understood. */
export interface KnownRefusal {
  readonly cause: string;
  readonly text: string;
  /** Who can lift it; undefined where time or another attestation does. */
  readonly who: string | undefined;
}

type Row = readonly [cause: string, text: string, who: string | undefined, ...parts: string[]];

const OWNER = "the owner of the destination's contracts or module";
const PAUSER = "the pauser of the destination";
const SERVICE = "the attestation service's operator";

/** The first row of which a part is in the text wins: minting before messages, since both speak of pauses. */
const ROWS: readonly Row[] = [
  ["minting_paused", "minting is paused there", PAUSER, "burning and minting is paused"],
  ["paused", "the destination is paused", PAUSER, "Pausable: paused", "messages are paused", "messages is paused"],
  [
    "messenger_not_linked",
    "the destination does not know the token messenger that burned it",
    OWNER,
    "Remote TokenMessenger unsupported",
    "the token messenger of its domain",
    "remote token messenger",
  ],
  [
    "token_not_linked",
    "the burned token is linked to no token there",
    "the token controller of the destination",
    "Mint token not supported",
    "linked to no token",
    "mint token not found",
  ],
  ["blacklisted", "the recipient is on USDC's blacklist there", "the issuer's blacklister", "blacklisted"],
  ["allowance", "the minter's allowance is used up", "the issuer's master minter", "llowance"],
  ["expired", "the attestation has expired", undefined, "expired"],
  [
    "fee",
    "the fee in the attestation is not allowed",
    SERVICE,
    "Fee exceeds max fee",
    "Fee equals or exceeds amount",
    "the fee is above",
    "the fee is not below",
    "no fee recipient",
  ],
  [
    "finality",
    "it was attested at a lower finality than the destination takes",
    SERVICE,
    "Unsupported finality threshold",
    "at too low a finality",
  ],
  [
    "recipient",
    "the mint recipient can receive nothing there",
    "nobody: the burn named an address that cannot be minted to",
    "mint to the zero address",
    "recipient is the zero address",
    "mint recipient must be nonzero",
  ],
  [
    "wrong_domain",
    "the message is for another domain than the destination's",
    OWNER,
    "estination domain",
    "for another domain",
  ],
  [
    "other_caller",
    "another account has to deliver it",
    "the destination caller",
    "Invalid caller for message",
    "incorrect destination caller",
    "delivered by somebody else",
  ],
  [
    "attestation_refused",
    "the destination does not believe the attestation",
    SERVICE,
    "Invalid attestation",
    "Invalid signature",
    "ECDSA",
    "unable to verify signature",
    "the attestation does not hold",
  ],
];

/** What a refusal means. One that is not known is `refused`, and its own words have to do. */
export function knownRefusal(reason: string): KnownRefusal {
  const row = ROWS.find(([, , , ...parts]) => parts.some((part) => reason.includes(part)));
  if (row === undefined) return { cause: "refused", text: "the destination refuses it", who: OWNER };
  const [cause, text, who] = row;
  return { cause, text, who };
}
