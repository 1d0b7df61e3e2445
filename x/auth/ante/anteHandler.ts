// Everything that happens before a transaction's messages, in order; the first refusal wins.

import type { AnteHandler } from "../../../src/baseapp/runTx.ts";
import type { SignatureVerdicts } from "../../../src/baseapp/signatureVerdicts.ts";
import type { TypeRegistry } from "../../../src/codec/registry.ts";
import type { FeeBank, FeeGrants, FeeSchedule } from "../expected.ts";
import type { AccountKeeper } from "../keeper.ts";
import { deductFee } from "./deductFee.ts";
import { consumeSignatureGas, countSignatures, incrementSequences, setPubKeys, verifySignatures } from "./signers.ts";
import { consumeSizeGas, validateMemo } from "./size.ts";
import { checkTimeout } from "./timeout.ts";
import { validateBasic } from "./validateBasic.ts";

/** What the ante handler needs. */
export interface AnteParts {
  readonly accounts: AccountKeeper;
  readonly bank: FeeBank;
  readonly grants: FeeGrants;
  readonly schedule: FeeSchedule;
  readonly registry: TypeRegistry;
  readonly verdicts: SignatureVerdicts;
}

/** The ante handler of the chain, in the order of the SDK's. */
export function createAnteHandler(parts: AnteParts): AnteHandler {
  const { accounts, registry, verdicts } = parts;
  const decorators = [
    validateBasic,
    checkTimeout,
    validateMemo(accounts),
    consumeSizeGas(accounts),
    deductFee(accounts, parts),
    setPubKeys(accounts),
    countSignatures(accounts),
    consumeSignatureGas(accounts),
    verifySignatures(accounts, registry, verdicts),
    incrementSequences(accounts),
  ];
  return (ctx, tx) => {
    for (const decorate of decorators) decorate(ctx, tx);
  };
}
