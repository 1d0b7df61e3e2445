// Who may administer V1.

import type { Context } from "../../../src/baseapp/context.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { ErrUnauthorized } from "../errors.ts";
import type { CctpKeeper, Role } from "../keeper.ts";

/** Throws ErrUnauthorized unless the signer holds the role. As text, as Noble's module compares. */
export function requireRole(ctx: Context, keeper: CctpKeeper, role: Exclude<Role, "pendingOwner">, signer: string) {
  const holder = keeper.role(ctx, role) ?? "";
  if (holder !== "" && holder === signer) return;
  throw new ChainError(ErrUnauthorized, `this message sender cannot ${ACTS[role]}`);
}

const ACTS = Object.freeze({
  owner: "update the authority",
  attesterManager: "manage attesters",
  pauser: "pause or unpause",
  tokenController: "link or limit tokens",
});
