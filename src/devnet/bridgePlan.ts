// Which EVM chains a devnet has, and what they and ours are told of each other. Everything follows from the contracts and
// the known keys, so it is settled before any chain runs: nothing has to be linked by transactions later.

import { bytesToHex, hexToBytes, pad } from "viem";
import { burnTokenOfDenom, cctpModuleBytes32 } from "../cctp/addresses.ts";
import { ATTESTER_KEYS, type EvmAccount, RELAYER_KEY } from "./bridgeKeys.ts";
import type { BridgeState, RemoteChain } from "./devnetState.ts";
import type { CctpArtifacts } from "./evm/cctpArtifacts.ts";
import {
  BURN_LIMIT_UUSDC,
  type ContractOptions,
  type DeploymentOptions,
  planContracts,
  type RemoteDomain,
} from "./evm/cctpDeployment.ts";

/** Our domain, the default of x/cctp's parameters. */
export const LOCAL_DOMAIN = 7770;

/** What each EVM account begins with: 1,000,000 USDC. */
const EVM_ACCOUNT_UUSDC = 1_000_000_000_000n;

/** An EVM chain of a devnet. */
export interface EvmChainSpec {
  readonly name: string;
  readonly domain: number;
  readonly chainId: number;
  /** Unless ports are to be free ones. */
  readonly port: number;
}

/**
 * The EVM chains of a devnet, in the roles of Ethereum and Base: CCTP's domains are theirs, the chain ids are not. An id
 * of a real chain would let a wallet sign what is valid there, and 31337, which local nodes take, would let it mix up
 * nonces of two chains or of another node. So: 31337, then two digits of domain, which is no chain of viem's list.
 */
export const EVM_CHAINS: readonly EvmChainSpec[] = [
  { name: "ethereum", domain: 0, chainId: 3133700, port: 8545 },
  { name: "base", domain: 6, chainId: 3133706, port: 8546 },
];

/** What each side is told. */
export interface BridgePlan {
  /** For our chain's genesis. */
  readonly state: BridgeState;
  /** For each of the EVM chains, in their order. */
  readonly deployments: readonly DeploymentOptions[];
}

/** How the EVM chains' contracts call ours: the module account is the messenger of both versions. */
function localRemote(): RemoteDomain {
  const messenger = bytesToHex(cctpModuleBytes32());
  return {
    domain: LOCAL_DOMAIN,
    usdc: bytesToHex(burnTokenOfDenom("uusdc")),
    tokenMessengerV1: messenger,
    tokenMessengerV2: messenger,
  };
}

/** Plans the bridge of a devnet. Throws EvmError `artifact_invalid` when these contracts cannot be deployed. */
export function planBridge(artifacts: CctpArtifacts, accounts: readonly EvmAccount[]): BridgePlan {
  const attesters = { addresses: ATTESTER_KEYS.map(({ evmAddress }) => evmAddress), threshold: ATTESTER_KEYS.length };
  const holders = accounts.map(({ address }) => address);
  const common = { artifacts, operator: holders[0]!, proxyAdmin: holders.at(-1)!, attesters };
  const chains = EVM_CHAINS.map(({ domain }): ContractOptions => ({ ...common, domain }));
  const remotes = chains.map(remoteOf);
  const deployments = chains.map((chain) => ({
    ...chain,
    remotes: [...remotes.filter(({ domain }) => domain !== chain.domain), localRemote()],
    holders,
    holderUusdc: EVM_ACCOUNT_UUSDC,
  }));
  const state = {
    remotes: remotes.map(wordsOf),
    attesters: attesters.addresses,
    threshold: attesters.threshold,
    burnLimitUusdc: BURN_LIMIT_UUSDC,
    relayer: RELAYER_KEY.address,
  };
  return { state, deployments };
}

function remoteOf(options: ContractOptions): RemoteDomain {
  const { usdc, v1, v2 } = planContracts(options);
  return {
    domain: options.domain,
    usdc: pad(usdc),
    tokenMessengerV1: pad(v1.tokenMessenger),
    tokenMessengerV2: pad(v2.tokenMessenger),
  };
}

function wordsOf({ domain, usdc, tokenMessengerV1, tokenMessengerV2 }: RemoteDomain): RemoteChain {
  return {
    domain,
    usdc: hexToBytes(usdc),
    tokenMessengerV1: hexToBytes(tokenMessengerV1),
    tokenMessengerV2: hexToBytes(tokenMessengerV2),
  };
}
