// `config.toml` of the CometBFT beside an application: what differs from CometBFT's defaults (v0.38 config/config.go), which
// hold for everything that is not said.

import { stringify } from "smol-toml";

/** What one node's CometBFT is told. */
export interface CometConfig {
  readonly moniker: string;
  /** Where the application listens, `tcp://host:port` or `unix:///path`. */
  readonly proxyApp: string;
  readonly rpc: { readonly host: string; readonly port: number };
  readonly p2p: { readonly host: string; readonly port: number };
  /** Port of its Prometheus metrics; on the host of its RPC. */
  readonly metricsPort: number;
  /** `id@host:port` of the other nodes. */
  readonly peers: readonly string[];
  /** All nodes are on one machine: peers may share an address, and addresses need not be public. */
  readonly isLocal: boolean;
  readonly pace: CometPace;
  /** Join from a snapshot instead of executing all blocks. */
  readonly stateSync?: CometStateSync | undefined;
}

/** How fast blocks come, in milliseconds. */
export interface CometPace {
  /** Pause after a block, in which late votes still come. */
  readonly commitMs: number;
  /** Time after which an empty block is made; 0 is never. */
  readonly emptyBlockMs: number;
}

/** Where a node that joins gets its trust: a block that its owner has looked up elsewhere. */
export interface CometStateSync {
  /** RPC of at least two nodes that are asked for headers. */
  readonly rpcServers: readonly string[];
  readonly trustHeight: number;
  /** Hash of that block, upper-case hex. */
  readonly trustHash: string;
}

/** Blocks on demand, an empty one every five seconds: as the embedded node does by default. */
export const DEFAULT_PACE: CometPace = Object.freeze({ commitMs: 100, emptyBlockMs: 5_000 });

const ms = (value: number): string => `${value}ms`;

/** The text of `config.toml`. */
export function cometConfigToml(config: CometConfig): string {
  const { rpc, p2p, pace, stateSync } = config;
  return stringify({
    proxy_app: config.proxyApp,
    moniker: config.moniker,
    rpc: {
      laddr: `tcp://${rpc.host}:${rpc.port}`,
      // A transaction of 1 MiB in base64, and the batches of CosmJS.
      max_body_bytes: 2_000_000,
      max_request_batch_size: 20,
    },
    p2p: {
      laddr: `tcp://${p2p.host}:${p2p.port}`,
      persistent_peers: config.peers.join(","),
      // Votes and proposals are small and should not wait to be sent together; blocks are large.
      flush_throttle_timeout: "10ms",
      send_rate: 20_000_000,
      recv_rate: 20_000_000,
      addr_book_strict: !config.isLocal,
      allow_duplicate_ip: config.isLocal,
    },
    mempool: { size: 10_000, cache_size: 20_000, max_txs_bytes: 256 << 20, max_tx_bytes: 1 << 20 },
    consensus: {
      timeout_propose: "1s",
      timeout_propose_delta: "200ms",
      timeout_prevote: "300ms",
      timeout_prevote_delta: "200ms",
      timeout_precommit: "300ms",
      timeout_precommit_delta: "200ms",
      timeout_commit: ms(pace.commitMs),
      create_empty_blocks: false,
      create_empty_blocks_interval: ms(pace.emptyBlockMs),
      peer_gossip_sleep_duration: "10ms",
    },
    ...(stateSync === undefined
      ? {}
      : {
          statesync: {
            enable: true,
            rpc_servers: stateSync.rpcServers.join(","),
            trust_height: stateSync.trustHeight,
            trust_hash: stateSync.trustHash,
            discovery_time: "5s",
          },
        }),
    instrumentation: { prometheus: true, prometheus_listen_addr: `${rpc.host}:${config.metricsPort}` },
  });
}
