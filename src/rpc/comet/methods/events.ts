// Subscriptions of a WebSocket connection (CometBFT v0.38 rpc/core/events.go).

import type { EventReceiver } from "../eventBus.ts";
import type { Json } from "../json.ts";
import type { Caller, Environment, MethodTable } from "../method.ts";
import type { Params } from "../params.ts";
import { methodNotFound, refused } from "../rpcError.ts";

function receiverOf({ receiver }: Caller): EventReceiver {
  if (receiver === undefined) throw methodNotFound();
  return receiver;
}

function subscribe({ bus }: Environment, params: Params, caller: Caller): Json {
  bus.subscribe(receiverOf(caller), caller.id, params.text("query"));
  return {};
}

function unsubscribe({ bus }: Environment, params: Params, caller: Caller): Json {
  bus.unsubscribe(receiverOf(caller), params.text("query"));
  return {};
}

function unsubscribeAll({ bus }: Environment, _params: Params, caller: Caller): Json {
  if (bus.unsubscribeAll(receiverOf(caller)).length === 0) throw refused("subscription not found");
  return {};
}

export const EVENT_METHODS: MethodTable = {
  subscribe: { params: { query: "string" }, handle: subscribe, isWebSocketOnly: true },
  unsubscribe: { params: { query: "string" }, handle: unsubscribe, isWebSocketOnly: true },
  unsubscribe_all: { params: {}, handle: unsubscribeAll, isWebSocketOnly: true },
};
