// The application behind the node (CometBFT v0.38 rpc/core/abci.go).

import { infoJson, queryJson } from "../encodeAbci.ts";
import type { Json } from "../json.ts";
import type { Environment, MethodTable } from "../method.ts";
import type { Params } from "../params.ts";

async function abciQuery({ query }: Environment, params: Params): Promise<Json> {
  const response = await query(
    params.text("path"),
    params.bytes("data"),
    params.int("height") ?? 0n,
    params.bool("prove"),
  );
  return { response: queryJson(response) };
}

export const ABCI_METHODS: MethodTable = {
  abci_info: { params: {}, handle: ({ node }) => ({ response: infoJson(node.info()) }) },
  abci_query: { params: { path: "string", data: "hex", height: "int64", prove: "bool" }, handle: abciQuery },
};
