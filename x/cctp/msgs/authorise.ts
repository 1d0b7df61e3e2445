// Who may administer V1.

import type { Context } from "../../../src/baseapp/context.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { ErrUnauthorized } from "../errors.ts";
import type { CctpKeeper, Role } from "../keeper.ts";

/** A claim to a role. */
export interface RoleClaim {
  readonly role: Exclude<Role, "pendingOwner">;
  /** Bech32. */
  readonly signer: string;
  /** What the signer wants to do, in the words of Noble's module: `update the pauser`. */
  readonly act: string;
}

/** Throws ErrUnauthorized unless the signer holds the role. As text, as Noble's module compares. */
export function requireRole(ctx: Context, keeper: CctpKeeper, { role, signer, act }: RoleClaim): void {
  const holder = keeper.role(ctx, role) ?? "";
  if (holder !== "" && holder === signer) return;
  throw new ChainError(ErrUnauthorized, `this message sender cannot ${act}`);
}
