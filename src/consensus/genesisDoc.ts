// The genesis document in the shape CometBFT serves it (types/genesis.go) and the SDK writes it.

/** Genesis as JSON: what `genesis.json` holds and the `genesis` RPC returns. */
export interface GenesisDoc {
  /** RFC 3339 with up to nine fractional digits, `Z`. */
  readonly genesis_time: string;
  readonly chain_id: string;
  readonly initial_height: string;
  readonly consensus_params: {
    readonly block: { readonly max_bytes: string; readonly max_gas: string };
    readonly evidence: {
      readonly max_age_num_blocks: string;
      readonly max_age_duration: string;
      readonly max_bytes: string;
    };
    readonly validator: { readonly pub_key_types: readonly string[] };
    readonly version: { readonly app?: string };
    readonly abci: { readonly vote_extensions_enable_height: string };
  };
  readonly validators: readonly {
    /** Upper-case hex. */
    readonly address: string;
    readonly pub_key: { readonly type: "tendermint/PubKeyEd25519"; readonly value: string };
    readonly power: string;
    readonly name: string;
  }[];
  /** Upper-case hex; empty at the start of a chain. */
  readonly app_hash: string;
  /** One key for each module: proto JSON of its GenesisState with .proto field names. */
  readonly app_state: Readonly<Record<string, unknown>>;
}
