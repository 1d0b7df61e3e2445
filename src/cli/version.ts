// The version of the software, as `--version`, node_info and abci_info tell it.

/** Semantic version. */
export const VERSION = "0.1.0";
