// Who may change parameters: one account for all modules. x/authority keeps it in the state.

import { ChainError, type ErrorKind, registerError } from "../codec/chainError.ts";
import type { MessageCodec } from "../codec/message.ts";
import { ErrInvalidRequest } from "../codec/sdkErrors.ts";
import type { Context } from "./context.ts";
import { type MsgHandler, msgHandler } from "./module.ts";

/** As of x/gov, whose error the SDK uses for it. */
export const ErrInvalidSigner = registerError("gov", 13, "expected gov account as only signer for proposal message");

/** Tells who governs. */
export interface Authority {
  /** Bech32, in lower case. */
  address(ctx: Context): string;
}

/** Throws ErrInvalidSigner unless the message comes from the authority. `signer` is bech32 text. */
export function requireAuthority(ctx: Context, authority: Authority, signer: string): void {
  const expected = authority.address(ctx);
  if (signer === expected) return;
  throw new ChainError(ErrInvalidSigner, `invalid authority; expected ${expected}, got ${signer}`);
}

/** A request that replaces parameters. */
interface ParamsRequest<P> {
  readonly authority: string;
  readonly params: P | undefined;
}

/**
 * The handler of a module's MsgUpdateParams. Refusals in this order: the signer is not the authority (ErrInvalidSigner);
 * the parameters are missing, or `check` says what is wrong (ErrInvalidRequest unless `refusal` is given).
 */
export function updateParamsHandler<P>(
  authority: Authority,
  options: {
    readonly request: MessageCodec<ParamsRequest<P>>;
    readonly response: MessageCodec<object>;
    readonly refusal?: ErrorKind;
    /** What is wrong with parameters, or undefined. */
    readonly check: (ctx: Context, params: P) => string | undefined;
    readonly apply: (ctx: Context, params: P) => void;
  },
): MsgHandler {
  const { request, response, refusal = ErrInvalidRequest, check, apply } = options;
  return msgHandler({
    request,
    response,
    handle: (ctx, { authority: signer, params }) => {
      requireAuthority(ctx, authority, signer);
      if (params === undefined) throw new ChainError(refusal, "params are missing");
      const problem = check(ctx, params);
      if (problem !== undefined) throw new ChainError(refusal, problem);
      apply(ctx, params);
      return {};
    },
  });
}
