// The application as the embedded node drives it: BaseApp, with the signatures verified on other threads.

import type { BaseApp } from "../../baseapp/baseApp.ts";
import type { DecodedTx } from "../../codec/tx.ts";
import { mempoolPlace } from "./mempoolPlace.ts";
import type { SoloApp } from "./parts.ts";

/**
 * Makes BaseApp drivable.
 * @param verify verifies a transaction's signatures and leaves the verdicts where the ante handler looks them up;
 *   must not reject for a signature that is wrong
 */
export function soloAppOf(app: BaseApp, verify: (tx: DecodedTx) => Promise<void>): SoloApp {
  return {
    verify,
    placeOf: mempoolPlace,
    info: () => app.info(),
    initChain: (request) => app.initChain(request),
    decode: (bytes) => app.decode(bytes),
    checkTx: (tx, mode) => app.checkTx(tx, mode),
    finalizeBlock: (request) => app.finalizeBlock(request),
    commit: () => app.commit(),
    revertTo: (block) => app.revertTo(block),
    query: (request) => app.query(request),
    simulate: (tx) => app.simulate(tx),
  };
}
