// The application as the embedded node drives it: BaseApp, with the signatures verified on other threads beforehand.

import type { BaseApp } from "../../baseapp/baseApp.ts";
import type { SignatureVerdicts, VerifiedSigner } from "../../baseapp/signatureVerdicts.ts";
import type { DecodedTx } from "../../codec/tx.ts";
import type { SignatureCheck } from "../../crypto/verifyPool.ts";
import { mempoolPlace } from "./mempoolPlace.ts";
import type { SoloApp } from "./parts.ts";

/** How signatures are verified before a check. */
export interface SignatureParts {
  /**
   * What of a transaction can be verified now, with the facts it rests on (x/auth/ante signatureWork); undefined when
   * the check will refuse it anyhow.
   */
  readonly work: (
    tx: DecodedTx,
  ) => { readonly facts: readonly VerifiedSigner[]; readonly checks: readonly SignatureCheck[] } | undefined;
  /** Where the ante handler looks the verdicts up. */
  readonly verdicts: Pick<SignatureVerdicts, "set" | "delete">;
  readonly pool: {
    verify(checks: readonly SignatureCheck[]): Promise<readonly boolean[]>;
    /** How long it has verified so far, milliseconds. */
    readonly busyMs: number;
  };
}

/** Makes BaseApp drivable. */
export function soloAppOf(app: BaseApp, signatures: SignatureParts): SoloApp {
  return {
    verify: async (tx) => void (await verifyBeforehand(tx, signatures)),
    verifyingMs: () => signatures.pool.busyMs,
    placeOf: mempoolPlace,
    info: () => app.info(),
    initChain: (request) => app.initChain(request),
    decode: (bytes, hash) => app.decode(bytes, hash),
    checkTx: (tx, mode) => app.checkTx(tx, mode),
    *executeBlock(request) {
      const executed = yield* app.executeBlock(request);
      for (const tx of request.txs) signatures.verdicts.delete(tx.hash);
      return executed;
    },
    commit: () => app.commit(),
    revertTo: (block) => app.revertTo(block),
    query: (request) => app.query(request),
    simulate: (tx) => app.simulate(tx),
  };
}

/**
 * Leaves a verdict, valid only if every check is; none when there is nothing to check or the facts are not there. Resolves
 * with whether it left one.
 */
export async function verifyBeforehand(tx: DecodedTx, { work, verdicts, pool }: SignatureParts): Promise<boolean> {
  const found = work(tx);
  if (found === undefined || found.checks.length === 0) return false;
  const results = await pool.verify(found.checks);
  verdicts.set(
    tx.hash,
    found.facts,
    results.every((isValid) => isValid),
  );
  return true;
}
