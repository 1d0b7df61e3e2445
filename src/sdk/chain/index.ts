// The package's entry "@stateset/commerce-sdk/chain": for who talks to the chain itself.

export { signUnordered, UNORDERED_TIMEOUT_MAX_MS, type UnorderedTx } from "../unorderedTx.ts";
export { stateSetAminoTypes } from "./aminoTypes.ts";
export { type OrdersExtension, setupOrdersExtension } from "./ordersExtension.ts";
export { connectQueries, type StateSetQueries, type StateSetQueryClient } from "./queryClient.ts";
export { stateSetMessageTypes, stateSetRegistry } from "./registry.ts";
export { DEFAULT_GAS_PRICE, SigningStateSetClient } from "./signingClient.ts";
