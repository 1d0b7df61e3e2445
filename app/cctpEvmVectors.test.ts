// What Circle's V1 contracts refused and took, tried on this chain under `strict_evm`: every row of v1-negative-receive has
// its counterpart here. A contract is the recipient of its own messages, so where a vector names the EVM TokenMessenger our
// module's account is written in its place and the message is attested again with the vectors' (public) keys.

import { describe, expect, test } from "vitest";
import { MsgReceiveMessage } from "../gen/circle/cctp/v1/tx.ts";
import type { Context } from "../src/baseapp/context.ts";
import { burnTokenOfDenom, cctpModuleAddress, cctpModuleBytes32 } from "../src/cctp/addresses.ts";
import { verifyAttestation } from "../src/cctp/attestation.ts";
import { addressToBytes32 } from "../src/cctp/bytes32.ts";
import { decodeMessageV1 } from "../src/cctp/messageV1.ts";
import { signAttestation } from "../src/cctp/signAttestation.ts";
import {
  attestersOf,
  bytesOf,
  type NegativeReceiveCase,
  readVectors,
  textOf,
  type VectorAttester,
} from "../src/cctp/testing/vectors.ts";
import { encodeAddress } from "../src/codec/address.ts";
import { toHex } from "../src/codec/bytes.ts";
import type { ChainApp } from "./app.ts";
import { cctpChain, runMessage, type VectorState } from "./testing/cctpWorld.ts";

interface Chain {
  readonly domain: number;
  readonly usdc: string;
  readonly v1: { readonly tokenMessenger: string };
}

const vectors = readVectors<{
  readonly chain: Chain;
  readonly remote: Chain;
  readonly attesters: readonly VectorAttester[];
  readonly cases: readonly NegativeReceiveCase[];
}>("v1-negative-receive");

/** A chain of our kind, which both contracts knew too. */
const COSMOS_DOMAIN = 4;

const STATE: VectorState = {
  localDomain: vectors.chain.domain,
  minters: [{ allowance: { amount: "1000000000000000" } }],
  remoteTokenMessengers: [
    {
      domain_id: vectors.remote.domain,
      address: textOf(addressToBytes32(bytesOf(vectors.remote.v1.tokenMessenger))),
    },
    { domain_id: COSMOS_DOMAIN, address: textOf(cctpModuleBytes32()) },
  ],
  tokenPairs: [
    {
      remote_domain: vectors.remote.domain,
      remote_token: textOf(addressToBytes32(bytesOf(vectors.remote.usdc))),
      local_token: "uusdc",
    },
    { remote_domain: COSMOS_DOMAIN, remote_token: textOf(burnTokenOfDenom("uusdc")), local_token: "uusdc" },
  ],
  perMessageBurnLimits: [],
  maxMessageBodySize: 8192,
};

/** Code and words here for what the contracts say. */
const REFUSALS: Readonly<Record<string, readonly [codespace: string, code: number, text: string]>> = {
  "Pausable: paused": ["cctp", 36, "paused"],
  "Invalid attestation length": ["cctp", 36, "invalid attestation length"],
  "ECDSA: invalid signature 's' value": ["cctp", 36, "invalid signature 's' value"],
  "ECDSA: invalid signature 'v' value": ["cctp", 36, "invalid signature recovery id"],
  "ECDSA: invalid signature": ["cctp", 36, "failed to recover public key"],
  "Invalid signature order or dupe": ["cctp", 36, "invalid signature order or dupe"],
  "Invalid signature: not attester": ["cctp", 36, "not an attester"],
  "Invalid message: too short": ["cctp", 54, "must be at least 116 bytes"],
  "Invalid destination domain": ["cctp", 36, "incorrect destination domain"],
  "Invalid caller for message": ["cctp", 36, "incorrect destination caller"],
  "Invalid message version": ["cctp", 36, "incorrect message version"],
  "Nonce already used": ["cctp", 36, "nonce already used"],
  "Invalid message length": ["cctp", 55, "burn message must be 132 bytes"],
  "Invalid message body version": ["cctp", 36, "invalid message body version"],
  // Circle's Cosmos module looks for the token first, the contracts for the sender.
  "Remote TokenMessenger unsupported": ["cctp", 36, "err in receive message"],
  "Mint token not supported": ["cctp", 36, "corresponding noble mint token not found"],
  "Local minter is not set": ["fiat-tokenfactory", 2, "you are not a minter"],
  "FiatToken: mint amount not greater than 0": ["fiat-tokenfactory", 4, "minting amount is invalid"],
  "FiatToken: mint to the zero address": ["cctp", 36, "mint recipient must be nonzero"],
  "handleReceiveMessage() failed": ["cctp", 36, "nobody here takes messages"],
};

/** Rows that end otherwise here, and why. */
const OTHERWISE: Readonly<Record<string, readonly [codespace: string, code: number, reason: string]>> = {
  "v1-neg-recipient-eoa": ["cctp", 36, "the contract reverts without a reason"],
  "v1-neg-amount-overflow": ["fiat-tokenfactory", 4, "our issuer has an allowance, the stand-in token has none"],
  "v1-neg-amount-max": ["fiat-tokenfactory", 4, "our issuer has an allowance, the stand-in token has none"],
};

const RECIPIENT_AT = 52 + 12;

/** The message with our module in the place of the EVM TokenMessenger, attested by the same signers; else unchanged. */
function addressedToUs({ message: text, attestation: signed, config }: Delivered) {
  const [message, attestation] = [bytesOf(text), bytesOf(signed)];
  const { enabled, threshold } = attestersOf(vectors.attesters, config);
  const rule = { attesters: enabled.map(({ address }) => bytesOf(address)), threshold, strictEvm: true };
  const verdict = verifyAttestation(message, attestation, rule);
  const recipient = toHex(message.subarray(RECIPIENT_AT, RECIPIENT_AT + 20));
  // What does not hold is refused before the message is looked at.
  if (!verdict.ok || recipient !== vectors.chain.v1.tokenMessenger.slice(2)) return { message, attestation };
  const ours = message.slice();
  ours.set(cctpModuleAddress(), RECIPIENT_AT);
  const signers = new Set(verdict.signers.map(({ address }) => textOf(address)));
  const keys = enabled.filter(({ address }) => signers.has(address)).map(({ privateKey }) => bytesOf(privateKey));
  return { message: ours, attestation: signAttestation(ours, keys) };
}

/** What stood otherwise when a row was tried, as its description says. */
function prepare(app: ChainApp, ctx: Context, { id, description }: Delivered, message: Uint8Array): void {
  if (id.includes("used-nonce-other") || description.includes("used nonce")) {
    const { sourceDomain, nonce } = decodeMessageV1(message);
    app.cctp.useNonce(ctx, sourceDomain, nonce);
  }
  if (id.includes("same-nonce-other-source")) {
    app.cctp.useNonce(ctx, vectors.remote.domain, decodeMessageV1(message).nonce);
  }
  if (id.includes("minter-paused")) app.cctp.setBurningAndMintingPaused(ctx, true);
  if (id.includes("transmitter-paused")) app.cctp.setSendingAndReceivingPaused(ctx, true);
  if (id.includes("no-local-minter")) app.issuer.setAllowance(ctx, undefined);
  if (id.includes("unlinked")) {
    app.cctp.removeTokenPair(ctx, vectors.remote.domain, addressToBytes32(bytesOf(vectors.remote.usdc)));
  }
}

type Delivered = Pick<NegativeReceiveCase, "id" | "description" | "message" | "attestation" | "config" | "from">;

function deliver(row: Delivered) {
  const app = cctpChain(STATE, { attesters: vectors.attesters, config: row.config, strictEvm: true });
  const ctx = app.queryContext();
  const { message, attestation } = addressedToUs(row);
  prepare(app, ctx, row, message);
  const from = encodeAddress(bytesOf(row.from));
  const outcome = runMessage(app, ctx, MsgReceiveMessage, { from, message, attestation });
  return { app, ctx, message, outcome };
}

describe("v1-negative-receive", () => {
  const refused = vectors.cases.filter(({ ok, id }) => !ok || OTHERWISE[id] !== undefined);
  test.each(refused.map((row) => [row.id, row] as const))("error: %s", (_id, row) => {
    const { app, ctx, outcome } = deliver(row);
    const expected = OTHERWISE[row.id] ?? REFUSALS[row.revertReason ?? ""];
    if (expected === undefined) throw new Error(`unknown revert reason: ${row.revertReason}`);
    const [codespace, code, text] = expected;
    expect(outcome.failure).toMatchObject({ codespace, code });
    if (OTHERWISE[row.id] === undefined) expect(outcome.failure?.log).toContain(text);
    expect(app.bank.supply(outcome.ctx, "uusdc")).toBe(app.bank.supply(ctx, "uusdc"));
  });

  const taken = vectors.cases.filter(({ ok, id }) => ok && OTHERWISE[id] === undefined);
  test.each(taken.map((row) => [row.id, row] as const))("default: %s", (_id, row) => {
    const { app, message, outcome } = deliver(row);
    const isToModule = toHex(message.subarray(RECIPIENT_AT, RECIPIENT_AT + 20)) === toHex(cctpModuleAddress());
    // A message to a contract that is not here is refused, whatever the contract would have said.
    expect(outcome.failure === undefined).toBe(isToModule);
    const { sourceDomain, nonce } = decodeMessageV1(message);
    expect(app.cctp.isNonceUsed(outcome.ctx, sourceDomain, nonce)).toBe(isToModule);
  });
});

interface Transfer {
  readonly id: string;
  readonly message: string;
  readonly receive: readonly {
    readonly config: string;
    readonly from: string;
    readonly attestation: string;
    readonly before: { readonly recipientBalance?: string };
    readonly after: { readonly recipientBalance?: string };
  }[];
}

describe("v1-transfers", () => {
  const { vectors: transfers } = readVectors<{ vectors: readonly Transfer[] }>("v1-transfers");
  const received = transfers.flatMap(({ receive, ...transfer }) => receive.map((row) => ({ ...transfer, ...row })));

  test("default: there are receipts", () => {
    expect(received.length).toBeGreaterThan(10);
  });

  test.each(received)("default: $id under $config mints what the receipt says", ({ before, after, ...row }) => {
    const { app, ctx, outcome } = deliver({ ...row, description: "" });
    const minted = BigInt(after.recipientBalance ?? 0) - BigInt(before.recipientBalance ?? 0);
    // Messages that burned nothing went to a contract, and there is none here.
    expect(outcome.failure === undefined).toBe(minted > 0n);
    expect(app.bank.supply(outcome.ctx, "uusdc") - app.bank.supply(ctx, "uusdc")).toBe(minted);
  });
});
