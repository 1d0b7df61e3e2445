// CosmJS's own block hasher. Since 0.39 the package no longer exports it by name, so it is taken by its file.

export { hashBlock } from "../../node_modules/@cosmjs/tendermint-rpc/build/comet38/hasher.js";
