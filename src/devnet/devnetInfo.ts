// Everything that somebody needs to use a devnet, as one JSON document: `statesetd devnet --json`.

import type { CctpContracts } from "../chains/chainConfig.ts";
import { toHex } from "../codec/bytes.ts";
import { EVM_MNEMONIC, RELAYER_KEY } from "./bridgeKeys.ts";
import { LOCAL_DOMAIN } from "./bridgePlan.ts";
import type { DevnetSystem } from "./devnetSystem.ts";
import type { LocalEvmChain } from "./evm/evmChain.ts";

/** An account and its key: 64 hex digits, on EVM chains `0x` and 64. */
interface AccountInfo {
  readonly address: string;
  readonly private_key: string;
}

interface ContractsInfo {
  readonly message_transmitter: string;
  readonly token_messenger: string;
  readonly token_minter: string;
}

/** Our chain. A URL is null where its server is turned off. */
interface ChainInfo {
  readonly chain_id: string;
  readonly domain: number;
  readonly height: number;
  readonly rpc_url: string;
  readonly grpc_address: string | null;
  readonly rest_url: string | null;
  readonly metrics_url: string | null;
  readonly faucet_url: string;
  readonly mnemonic: string;
  readonly accounts: readonly AccountInfo[];
}

interface EvmChainInfo {
  readonly name: string;
  readonly domain: number;
  readonly chain_id: number;
  readonly rpc_url: string;
  readonly ws_url: string;
  readonly usdc: string;
  readonly v1: ContractsInfo;
  readonly v2: ContractsInfo;
}

interface GatewayInfo {
  readonly url: string;
  readonly metrics_url: string | null;
  readonly api_key: string;
  readonly merchant: string;
  readonly signer: string;
  readonly customer: string;
}

/** The document. What belongs to the bridge is null, and the list of EVM chains empty, where there is none. */
export interface DevnetInfo {
  readonly home: string;
  readonly chain: ChainInfo;
  readonly evm: readonly EvmChainInfo[];
  readonly evm_accounts: { readonly mnemonic: string; readonly accounts: readonly AccountInfo[] } | null;
  readonly attester: { readonly url: string; readonly admin_url: string | null } | null;
  /** Null when it was left out. */
  readonly gateway: GatewayInfo | null;
  /** `url` is null where no relayer runs; the account is funded all the same. */
  readonly relayer: (AccountInfo & { readonly evm_address: string; readonly url: string | null }) | null;
}

/** The document of a devnet that runs. */
export function describeDevnet(devnet: DevnetSystem): DevnetInfo {
  const { chain, evm, bridge } = devnet;
  const { privKey, address, evmAddress } = RELAYER_KEY;
  const [first] = evm;
  return {
    home: devnet.home,
    chain: {
      chain_id: chain.chainId,
      domain: LOCAL_DOMAIN,
      height: chain.node.latestHeight,
      rpc_url: chain.rpcUrl,
      grpc_address: chain.grpcAddress ?? null,
      rest_url: chain.restUrl ?? null,
      metrics_url: chain.metricsUrl ?? null,
      faucet_url: chain.faucetUrl,
      mnemonic: chain.mnemonic,
      accounts: chain.accounts.map((account) => ({ address: account.address, private_key: toHex(account.privKey) })),
    },
    evm: evm.map(describeEvmChain),
    evm_accounts:
      first === undefined ? null : { mnemonic: EVM_MNEMONIC, accounts: first.accounts.map(describeAccount) },
    attester: bridge === undefined ? null : { url: bridge.attester.url, admin_url: bridge.attester.adminUrl ?? null },
    gateway: describeGateway(devnet.gateway),
    relayer:
      bridge === undefined
        ? null
        : {
            address,
            evm_address: evmAddress,
            private_key: toHex(privKey),
            url: bridge.relayer?.httpUrl ?? null,
          },
  };
}

function describeGateway(gateway: DevnetSystem["gateway"]): GatewayInfo | null {
  if (gateway === undefined) return null;
  const { url, metricsUrl, apiKey, merchant, signer, customer } = gateway;
  return { url, metrics_url: metricsUrl ?? null, api_key: apiKey, merchant, signer, customer };
}

function describeAccount({ address, privKey }: LocalEvmChain["accounts"][number]): AccountInfo {
  return { address, private_key: `0x${toHex(privKey)}` };
}

function describeEvmChain({ name, domain, chainId, rpcUrl, wsUrl, contracts }: LocalEvmChain): EvmChainInfo {
  return {
    name,
    domain,
    chain_id: chainId,
    rpc_url: rpcUrl,
    ws_url: wsUrl,
    usdc: contracts.usdc,
    v1: describeContracts(contracts.v1),
    v2: describeContracts(contracts.v2),
  };
}

function describeContracts({ messageTransmitter, tokenMessenger, tokenMinter }: CctpContracts): ContractsInfo {
  return { message_transmitter: messageTransmitter, token_messenger: tokenMessenger, token_minter: tokenMinter };
}
