// The world of a relayer's configuration: its chains, its attestation services, and the relayer itself if it runs.

import { evmAddressOfPublicKey } from "../../cctp/addresses.ts";
import type { ChainConfig } from "../../chains/chainConfig.ts";
import { openChainReader } from "../../chains/openChainReader.ts";
import { decodeBech32 } from "../../codec/address.ts";
import { fromHex } from "../../codec/bytes.ts";
import { addressOfSecp256k1 } from "../../crypto/address.ts";
import { publicKeyOf } from "../../crypto/secp256k1.ts";
import { IrisClient } from "../attestation/irisClient.ts";
import { SYSTEM_CLOCK } from "../clock.ts";
import type { AttestationServiceConfig, RelayerConfig } from "../config/relayerConfig.ts";
import { routeOf } from "../routes.ts";
import { Routing } from "../routing.ts";
import { CosmosProbe } from "./cosmosProbe.ts";
import { EvmProbe } from "./evmProbe.ts";
import { relayerApi } from "./relayerApi.ts";
import { type ChainProbe, type RelayerApi, RelayerSilentError, type World, type WorldChain } from "./world.ts";

/** What a world is opened with, besides the configuration. */
export interface WorldParts {
  /** Private keys (32 bytes) by name of the chain; none are needed to look. */
  readonly privKeys?: ReadonlyMap<string, Uint8Array>;
  /** HTTP API of the relayer; that of the configuration when left out, none when undefined is given. */
  readonly relayerUrl?: string | undefined;
}

const TIMEOUT_MS = 10_000;
const BURST = 10;

/** Opens a world. Only the relayer is asked, for its accounts, and it may be silent. */
export async function openWorld(config: RelayerConfig, parts: WorldParts = {}): Promise<World> {
  const relayer = relayerOf(config, parts);
  const wallets = await walletsOf(relayer);
  const chains = config.chains.map((chain): WorldChain => {
    const ours = [parts.privKeys?.get(chain.name), wallets.get(chain.name)].flatMap((source) => {
      const address = source === undefined ? undefined : addressBytes(chain, source);
      return address === undefined ? [] : [address];
    });
    return { config: chain, reader: openChainReader(chain), probe: openProbe(chain), ours };
  });
  const { routes } = new Routing(config, new Map());
  return {
    chains,
    relayer,
    service(sourceDomain, destinationDomain, cctpVersion) {
      const name = routeOf(routes, { sourceDomain, destinationDomain, cctpVersion })?.attestation;
      const service = config.attestation.find((candidate) => candidate.name === name);
      return service === undefined ? undefined : new TellingService(service);
    },
    async close() {
      for (const { reader } of chains) await reader.close();
    },
  };
}

function openProbe(chain: ChainConfig): ChainProbe {
  return chain.kind === "evm" ? new EvmProbe(chain) : new CosmosProbe(chain);
}

function relayerOf({ http }: RelayerConfig, parts: WorldParts): RelayerApi | undefined {
  if ("relayerUrl" in parts) return parts.relayerUrl === undefined ? undefined : relayerApi(parts.relayerUrl);
  return http === undefined || http.port === 0 ? undefined : relayerApi(`http://${http.host}:${http.port}`);
}

/** The relayer's accounts; none while it is silent. */
async function walletsOf(relayer: RelayerApi | undefined): Promise<ReadonlyMap<string, string>> {
  try {
    return (await relayer?.wallets()) ?? new Map();
  } catch (error) {
    if (error instanceof RelayerSilentError) return new Map();
    throw error;
  }
}

/** The 20 bytes of an account, from its key or from its text. */
function addressBytes({ kind }: ChainConfig, source: Uint8Array | string): Uint8Array | undefined {
  if (typeof source !== "string") {
    const publicKey = publicKeyOf(source);
    return kind === "evm" ? evmAddressOfPublicKey(publicKey) : addressOfSecp256k1(publicKey);
  }
  if (kind === "cosmos") return decodeBech32(source).bytes;
  return /^0x[0-9a-fA-F]{40}$/.test(source) ? fromHex(source.slice(2).toLowerCase()) : undefined;
}

/** An attestation service that tells "not known" from "not signed yet". */
class TellingService extends IrisClient {
  readonly #last: { outcome: string };

  constructor({ url, requestsPerSecond, blockedMs, backoff }: AttestationServiceConfig) {
    const last = { outcome: "" };
    super(
      { url, rate: { burst: BURST, perSecond: requestsPerSecond }, blockedMs, timeoutMs: TIMEOUT_MS, backoff },
      {
        clock: SYSTEM_CLOCK,
        observe: (outcome) => {
          last.outcome = outcome;
        },
      },
    );
    this.#last = last;
  }

  /** Whether it knew what it was asked for last. */
  get wasKnown(): boolean {
    return this.#last.outcome === "ok";
  }
}
