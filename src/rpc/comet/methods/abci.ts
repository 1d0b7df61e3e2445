// The application behind the node (CometBFT v0.38 rpc/core/abci.go).

import type { ResponseQuery } from "../../../../gen/tendermint/abci/types.ts";
import { infoJson, queryText } from "../encodeAbci.ts";
import type { JsonText } from "../json.ts";
import type { Environment, MethodTable } from "../method.ts";
import type { Params } from "../params.ts";

function abciQuery({ query }: Environment, params: Params): JsonText | Promise<JsonText> {
  const height = params.int("height") ?? 0n;
  const response: ResponseQuery | Promise<ResponseQuery> = query(
    params.text("path"),
    params.bytes("data"),
    height,
    params.bool("prove"),
  );
  return response instanceof Promise ? response.then(queryText) : queryText(response);
}

export const ABCI_METHODS: MethodTable = {
  abci_info: { params: {}, handle: ({ node }) => ({ response: infoJson(node.info()) }) },
  abci_query: { params: { path: "string", data: "hex", height: "int64", prove: "bool" }, handle: abciQuery },
};
