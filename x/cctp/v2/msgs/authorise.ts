// Who may administer V2.

import type { Context } from "../../../../src/baseapp/context.ts";
import { decodeAddress } from "../../../../src/codec/address.ts";
import { bytesEqual } from "../../../../src/codec/bytes.ts";
import { ChainError } from "../../../../src/codec/chainError.ts";
import { ErrUnauthorizedV2 } from "../errors.ts";
import type { SharedState } from "../expected.ts";
import type { CctpV2Keeper } from "../keeper.ts";

/** Throws ErrUnauthorizedV2 unless the signer is the owner, who is V1's. */
export function requireOwner(ctx: Context, shared: SharedState, signer: string): void {
  requireSame("owner", shared.owner(ctx), signer);
}

/** Throws ErrUnauthorizedV2 unless the signer is the attester manager, who is V1's. */
export function requireAttesterManager(ctx: Context, shared: SharedState, signer: string): void {
  requireSame("attester manager", shared.attesterManager(ctx), signer);
}

/** Throws ErrUnauthorizedV2 unless the signer keeps the denylist, or sets the minimum fee. */
export function requireRole(
  ctx: Context,
  keeper: CctpV2Keeper,
  role: "denylister" | "minFeeController",
  signer: string,
): void {
  const holder = keeper.role(ctx, role);
  if (holder !== undefined && bytesEqual(holder, decodeAddress(signer))) return;
  throw new ChainError(ErrUnauthorizedV2, `${signer} is not the ${NAMES[role]}`);
}

const NAMES = Object.freeze({ denylister: "denylister", minFeeController: "controller of the minimum fee" });

function requireSame(name: string, holder: string | undefined, signer: string): void {
  const isHeld = holder !== undefined && holder !== "";
  // By bytes: bech32 has one text in lower and one in upper case.
  if (isHeld && bytesEqual(decodeAddress(holder), decodeAddress(signer))) return;
  throw new ChainError(ErrUnauthorizedV2, `${signer} is not the ${name}`);
}
