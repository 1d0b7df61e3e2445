// Cases: every status through ABCI and back; codes without a status; hostile logs; errors of services.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ResponseQuery } from "../../../gen/tendermint/abci/types.ts";
import { queryFailure } from "../../baseapp/abciQuery.ts";
import { GRPC_STATUS, QueryError } from "../../baseapp/queryError.ts";
import { ChainError } from "../../codec/chainError.ts";
import { ErrInsufficientFunds, ErrInvalidRequest } from "../../codec/sdkErrors.ts";
import { refusalOfError, refusalOfResponse, responseOfRefusal } from "./grpcStatus.ts";

const response = (code: number, log: string, codespace = "sdk") => ResponseQuery.fromPartial({ code, codespace, log });

describe("refusalOfResponse", () => {
  test.each(Object.entries(GRPC_STATUS))("default: %s comes back from ABCI as it was", (_name, status) => {
    const refusal = new QueryError(status, "account x: key not found");
    const { code, codespace, log } = responseOfRefusal(refusal);
    expect(refusalOfResponse(response(code, log, codespace))).toMatchObject({ status, message: refusal.message });
  });

  test.each(Object.values(GRPC_STATUS))(
    "behavior: status %i has the ABCI form that the application gives it",
    (status) => {
      const refusal = new QueryError(status, "text");
      const { code, codespace, message } = queryFailure(refusal);
      expect(responseOfRefusal(refusal)).toEqual({ code, codespace, log: message });
    },
  );

  test.each([
    [26, "cannot query with height in the future; please provide a valid height: invalid height", 3],
    [18, "index out of range: invalid request", 3],
    [7, "decoding bech32 failed: invalid address", 3],
    [22, "key not found", 5],
    [38, "failed to load state at height 1: not found", 5],
    [6, "unknown query path: /a.B/C: unknown request", 12],
    [6, "no such store: x: unknown request", 2],
    [1, "internal", 13],
    [99, "something else", 2],
  ])("default: code %i %s", (code, log, status) => {
    expect(refusalOfResponse(response(code, log))).toMatchObject({ status, message: log });
  });

  test("behavior: codes of other codespaces say nothing of the status", () => {
    expect(refusalOfResponse(response(22, "order is gone", "orders"))).toMatchObject({
      status: 2,
      message: "order is gone",
    });
  });

  test("error: a status that is none is taken as text", () => {
    const log = "rpc error: code = Nonsense desc = x: invalid request";
    expect(refusalOfResponse(response(18, log))).toMatchObject({ status: 3, message: log });
  });

  test("behavior: any text in any status comes back whole", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.constantFrom(...Object.values(GRPC_STATUS)), (text, status) => {
        const { code, codespace, log } = responseOfRefusal(new QueryError(status, text));
        expect(refusalOfResponse(response(code, log, codespace))).toMatchObject({ status, message: text });
      }),
    );
  });
});

describe("refusalOfError", () => {
  test("default: keeps a QueryError, reads the code of a ChainError", () => {
    const refusal = new QueryError(GRPC_STATUS.NOT_FOUND, "gone");
    expect(refusalOfError(refusal)).toBe(refusal);
    expect(refusalOfError(new ChainError(ErrInvalidRequest, "bad"))).toMatchObject({
      status: 3,
      message: "bad: invalid request",
    });
    expect(refusalOfError(new ChainError(ErrInsufficientFunds))).toMatchObject({
      status: 2,
      message: "insufficient funds",
    });
  });

  test("error: what nobody foresaw does not show its text; a node that has stopped is unavailable", () => {
    expect(refusalOfError(new Error("secret path"))).toMatchObject({ status: 13, message: "internal error" });
    expect(refusalOfError("text")).toMatchObject({ status: 13, message: "internal error" });
    expect(refusalOfError(Object.assign(new Error("x"), { code: "node_stopped" }))).toMatchObject({ status: 14 });
  });
});
