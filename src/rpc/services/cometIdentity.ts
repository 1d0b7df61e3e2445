// What the node says it is, in CometBFT's terms: in `status` and in the SDK's node_info alike.

/** The version of CometBFT whose RPC this is; CosmJS chooses its client by it. */
export const COMET_VERSION = "0.38.25";
/** Versions of CometBFT's protocols (version/version.go). */
export const P2P_PROTOCOL = 8n;
export const BLOCK_PROTOCOL = 11n;
/** The channels of a CometBFT node, hex: they say what it can talk about. */
export const CHANNELS = "40202122233038606100";
/** There is no peer-to-peer network here, but clients insist on an address: CometBFT's port. */
export const P2P_ADDRESS = "tcp://127.0.0.1:26656";
