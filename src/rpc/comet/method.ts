// What a method is, and what it may use.

import type { ResponseQuery } from "../../../gen/tendermint/abci/types.ts";
import type { ChainNode } from "../../consensus/chainNode.ts";
import type { Client, EventBus, EventReceiver } from "./eventBus.ts";
import type { Json, JsonText } from "./json.ts";
import type { RpcId } from "./jsonRpc.ts";
import type { ParamSpec, Params } from "./params.ts";
import type { TxWaiter } from "./txWaiter.ts";

/** Answers an ABCI query, at once where nothing has to be waited for. Height 0 is the latest. Never throws or rejects. */
export type QueryFunction = (
  path: string,
  data: Uint8Array,
  height: bigint,
  prove: boolean,
) => ResponseQuery | Promise<ResponseQuery>;

/** What all methods share. */
export interface Environment {
  readonly node: ChainNode;
  readonly query: QueryFunction;
  /** `tcp://127.0.0.1:26657` */
  readonly rpcAddress: () => string;
  readonly bus: EventBus;
  readonly waiter: TxWaiter;
  /** The genesis document as JSON text in UTF-8. */
  readonly genesisBytes: () => Buffer;
}

/** Who asks, and for what. */
export interface Caller {
  /** The connection: subscriptions are counted by it. */
  readonly client: Client;
  /** Set for requests over a WebSocket. */
  readonly receiver: EventReceiver | undefined;
  readonly id: RpcId;
}

/** A method of the table. */
export interface Method {
  readonly params: ParamSpec;
  /** Throws or rejects with RpcError, or with an error whose text the client may read. */
  readonly handle: (env: Environment, params: Params, caller: Caller) => Json | JsonText | Promise<Json | JsonText>;
  /** Only over a WebSocket. */
  readonly isWebSocketOnly?: true;
  /**
   * How requests of one connection or batch follow each other: a method runs when all before it are done; `joined` ones
   * start in their order but run together; those that are `apart` hold up nobody.
   */
  readonly pace?: "joined" | "apart";
  /** Browsers may keep the answer when these parameters are given. */
  readonly cacheableWith?: readonly string[];
}

/** Methods by name. */
export type MethodTable = Readonly<Record<string, Method>>;
