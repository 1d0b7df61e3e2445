// The face of a module to the application: which messages and queries it answers, its genesis, its block hooks.

import type { ValidatorUpdate } from "../../gen/tendermint/abci/types.ts";
import type { MessageCodec } from "../codec/message.ts";
import type { Context } from "./context.ts";

/** One message of a module, with what executes it. */
export interface MsgHandler {
  /** `/cosmos.bank.v1beta1.MsgSend` */
  readonly typeUrl: string;
  readonly request: MessageCodec<unknown>;
  readonly response: MessageCodec<unknown>;
  /** Validation that needs no state (ValidateBasic of the SDK); run before the ante handler. Throws ChainError. */
  readonly validate: ((message: unknown) => void) | undefined;
  /** Executes the message and returns the response. Throws ChainError; then its writes and events are dropped. */
  readonly handle: (ctx: Context, message: unknown) => unknown;
}

/** Declares a message handler with its types. */
export function msgHandler<Req, Res>(options: {
  readonly request: MessageCodec<Req>;
  readonly response: MessageCodec<Res>;
  readonly validate?: (message: Req) => void;
  readonly handle: (ctx: Context, message: Req) => Res;
}): MsgHandler {
  return {
    typeUrl: `/${options.request.$type}`,
    request: options.request as MessageCodec<unknown>,
    response: options.response as MessageCodec<unknown>,
    // The router decodes with `request`, so a handler only ever sees its own type.
    validate: options.validate as ((message: unknown) => void) | undefined,
    handle: options.handle as (ctx: Context, message: unknown) => unknown,
  };
}

/** One query of a module. */
export interface QueryHandler {
  /** `/cosmos.bank.v1beta1.Query/Balance`: the path of abci_query and of gRPC. */
  readonly path: string;
  readonly request: MessageCodec<unknown>;
  readonly response: MessageCodec<unknown>;
  /** Answers from the context's state. Throws QueryError (src/baseapp/queryError.ts) or ChainError. */
  readonly handle: (ctx: Context, request: unknown) => unknown;
}

/** Declares a query handler with its types. */
export function queryHandler<Req, Res>(
  path: string,
  request: MessageCodec<Req>,
  response: MessageCodec<Res>,
  handle: (ctx: Context, request: Req) => Res,
): QueryHandler {
  return {
    path,
    request: request as MessageCodec<unknown>,
    response: response as MessageCodec<unknown>,
    handle: handle as (ctx: Context, request: unknown) => unknown,
  };
}

/** A module's part of the genesis, as a protobuf message; its JSON is the proto JSON with the .proto field names. */
export interface ModuleGenesis<G> {
  readonly codec: MessageCodec<G>;
  defaultGenesis(): G;
  /** Throws an Error that says what is wrong. */
  validate(genesis: G): void;
  init(ctx: Context, genesis: G): void;
  /** `export` after `init(g)` equals `g`. */
  export(ctx: Context): G;
}

/** A rule over the whole state that must always hold. */
export interface Invariant {
  /** `bank/total-supply` */
  readonly name: string;
  /** What is broken, or `undefined`. */
  check(ctx: Context): string | undefined;
}

/** A module, as the application wires it. */
export interface AppModule {
  readonly name: string;
  /** Names of the stores it owns; usually just its own name. */
  readonly storeNames: readonly string[];
  readonly msgs: readonly MsgHandler[];
  readonly queries: readonly QueryHandler[];
  readonly genesis?: ModuleGenesis<unknown>;
  /** Version of the module's state and rules; 1 unless given. An upgrade brings older state up to it. */
  readonly consensusVersion?: bigint;
  /** Brings the module's state from the version that it is named by to the next one. */
  readonly migrations?: ReadonlyMap<bigint, (ctx: Context) => void>;
  readonly invariants?: readonly Invariant[];
  beginBlock?(ctx: Context): void;
  endBlock?(ctx: Context): void;
  /** What consensus is to be told of the validators: asked behind all `endBlock`s, and behind the genesis. */
  validatorUpdates?(ctx: Context): readonly ValidatorUpdate[];
}
