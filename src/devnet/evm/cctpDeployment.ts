// USDC, CCTP V1 and CCTP V2 on an empty EVM chain, linked with other chains: what is sent, in order.

import { type Address, type Hex, parseAbi } from "viem";
import type { CctpContracts } from "../../chains/chainConfig.ts";
import type { CctpArtifacts } from "./cctpArtifacts.ts";
import { type PlannedTx, PlanWriter } from "./deploymentPlan.ts";

/** The contracts of a chain. */
export interface EvmContracts {
  readonly usdc: Address;
  readonly v1: CctpContracts;
  readonly v2: CctpContracts;
}

/** How the contracts call another chain: words of 32 bytes. */
export interface RemoteDomain {
  readonly domain: number;
  readonly usdc: Hex;
  readonly tokenMessengerV1: Hex;
  readonly tokenMessengerV2: Hex;
}

/** Who attests: at least one address, and how many of them must sign. */
export interface AttesterSet {
  readonly addresses: readonly Address[];
  readonly threshold: number;
}

/** What a chain is to have on it. */
export interface DeploymentOptions {
  readonly artifacts: CctpArtifacts;
  readonly domain: number;
  /** Deploys, owns, holds every role, and mints USDC. Its nonce is 0. */
  readonly operator: Address;
  /** Who may replace what stands behind a proxy; by the proxy's rules not the operator. */
  readonly proxyAdmin: Address;
  readonly attesters: AttesterSet;
  readonly remotes: readonly RemoteDomain[];
  /** Accounts that begin with `holderUusdc`. */
  readonly holders: readonly Address[];
  readonly holderUusdc: bigint;
}

/** Everything but the remotes: they do not move the addresses. */
export type ContractOptions = Omit<DeploymentOptions, "remotes" | "holders" | "holderUusdc">;

/** Most that one message burns: 10,000,000 USDC, as on Circle's main chains. */
export const BURN_LIMIT_UUSDC = 10_000_000_000_000n;
/** What each minter may mint: more than a devnet ever sees. */
const MINTER_ALLOWANCE_UUSDC = 10n ** 24n;
/** As in Circle's deployments. */
const MESSAGE_BODY_BYTES_MAX = 8192;

/** What the operator calls. */
export const ADMIN_ABI = parseAbi([
  "function updatePauser(address newPauser)",
  "function enableAttester(address newAttester)",
  "function setSignatureThreshold(uint256 newSignatureThreshold)",
  "function addLocalMinter(address newLocalMinter)",
  "function addRemoteTokenMessenger(uint32 domain, bytes32 tokenMessenger)",
  "function addLocalTokenMessenger(address newLocalTokenMessenger)",
  "function linkTokenPair(address localToken, uint32 remoteDomain, bytes32 remoteToken)",
  "function setMaxBurnAmountPerMessage(address localToken, uint256 burnLimitPerMessage)",
  "function configureMinter(address minter, uint256 minterAllowedAmount) returns (bool)",
  "function mint(address to, uint256 amount) returns (bool)",
]);

const TRANSMITTER_V2_ABI = parseAbi([
  "function initialize(address owner, address pauser, address rescuer, address attesterManager, address[] attesters, uint256 signatureThreshold, uint256 maxMessageBodySize)",
]);

const MESSENGER_V2_ABI = parseAbi([
  "struct Roles { address owner; address rescuer; address feeRecipient; address denylister; address tokenMinter; address minFeeController; }",
  "function initialize(Roles roles, uint256 minFee, uint32[] remoteDomains, bytes32[] remoteTokenMessengers)",
]);

/**
 * The nonce from which on a chain's contracts have addresses of their own. As with Circle's, V2 has one address on all
 * chains, USDC and V1 have not: who takes one chain's contract for another's is found out here, not on a main net.
 */
function ownNonce(domain: number): number {
  return 1000 * (domain + 1);
}

/** Where the contracts of a chain will stand, whichever chains it is linked with. Throws EvmError `artifact_invalid`. */
export function planContracts(options: ContractOptions): EvmContracts {
  return createContracts(writerOf(options), options);
}

/** All that is sent to a chain, in order. Throws EvmError `artifact_invalid`. */
export function planDeployment(options: DeploymentOptions): readonly PlannedTx[] {
  const plan = writerOf(options);
  const contracts = createContracts(plan, options);
  setUpV1(plan, contracts, options);
  setUpV2(plan, contracts, options);
  for (const remote of options.remotes) link(plan, contracts, remote);
  fund(plan, contracts, options);
  return plan.transactions;
}

function writerOf({ operator, artifacts }: ContractOptions): PlanWriter {
  return new PlanWriter(operator, artifacts.libraries);
}

function createContracts(plan: PlanWriter, options: ContractOptions): EvmContracts {
  const { artifacts, operator, domain, attesters } = options;
  const createV2 = (name: "MessageTransmitterV2" | "TokenMessengerV2", args: readonly unknown[]): Address => {
    const contract = plan.create(name, artifacts[name], args);
    const proxy = artifacts.AdminUpgradableProxy;
    return proxy === undefined
      ? contract
      : plan.create(`the proxy of ${name}`, proxy, [contract, options.proxyAdmin, "0x"]);
  };
  const transmitterV2 = createV2("MessageTransmitterV2", [domain, 1]);
  const v2 = {
    messageTransmitter: transmitterV2,
    tokenMessenger: createV2("TokenMessengerV2", [transmitterV2, 1]),
    tokenMinter: plan.create("TokenMinterV2", artifacts.TokenMinterV2, [operator]),
  };
  plan.skipTo(ownNonce(domain));
  const usdc = plan.create("FiatToken", artifacts.FiatToken, [operator, operator, operator, operator]);
  const transmitter = plan.create("MessageTransmitter", artifacts.MessageTransmitter, [
    domain,
    attesters.addresses[0],
    MESSAGE_BODY_BYTES_MAX,
    0,
  ]);
  const v1 = {
    messageTransmitter: transmitter,
    tokenMessenger: plan.create("TokenMessenger", artifacts.TokenMessenger, [transmitter, 0]),
    tokenMinter: plan.create("TokenMinter", artifacts.TokenMinter, [operator]),
  };
  return { usdc, v1, v2 };
}

function setUpV1(plan: PlanWriter, { usdc, v1 }: EvmContracts, { operator, attesters }: ContractOptions): void {
  const { messageTransmitter, tokenMessenger, tokenMinter } = v1;
  plan.call(messageTransmitter, ADMIN_ABI, "updatePauser", [operator]);
  for (const attester of attesters.addresses.slice(1)) {
    plan.call(messageTransmitter, ADMIN_ABI, "enableAttester", [attester]);
  }
  // One is the contract's own; it refuses to be set to what it is.
  if (attesters.threshold !== 1) {
    plan.call(messageTransmitter, ADMIN_ABI, "setSignatureThreshold", [BigInt(attesters.threshold)]);
  }
  plan.call(tokenMessenger, ADMIN_ABI, "addLocalMinter", [tokenMinter]);
  setUpMinter(plan, usdc, { contracts: v1, operator });
}

function setUpV2(plan: PlanWriter, { usdc, v2 }: EvmContracts, { operator, attesters }: ContractOptions): void {
  const { addresses, threshold } = attesters;
  const roles = {
    owner: operator,
    rescuer: operator,
    feeRecipient: operator,
    denylister: operator,
    tokenMinter: v2.tokenMinter,
    minFeeController: operator,
  };
  const fourRoles = [operator, operator, operator, operator];
  plan.call(v2.messageTransmitter, TRANSMITTER_V2_ABI, "initialize", [
    ...fourRoles,
    addresses,
    BigInt(threshold),
    BigInt(MESSAGE_BODY_BYTES_MAX),
  ]);
  plan.call(v2.tokenMessenger, MESSENGER_V2_ABI, "initialize", [roles, 0n, [], []]);
  setUpMinter(plan, usdc, { contracts: v2, operator });
}

function setUpMinter(
  plan: PlanWriter,
  usdc: Address,
  { contracts, operator }: { readonly contracts: CctpContracts; readonly operator: Address },
): void {
  const { tokenMinter, tokenMessenger } = contracts;
  plan.call(tokenMinter, ADMIN_ABI, "updatePauser", [operator]);
  plan.call(tokenMinter, ADMIN_ABI, "addLocalTokenMessenger", [tokenMessenger]);
  plan.call(tokenMinter, ADMIN_ABI, "setMaxBurnAmountPerMessage", [usdc, BURN_LIMIT_UUSDC]);
  plan.call(usdc, ADMIN_ABI, "configureMinter", [tokenMinter, MINTER_ALLOWANCE_UUSDC]);
}

function link(plan: PlanWriter, { usdc, v1, v2 }: EvmContracts, remote: RemoteDomain): void {
  const { domain } = remote;
  plan.call(v1.tokenMessenger, ADMIN_ABI, "addRemoteTokenMessenger", [domain, remote.tokenMessengerV1]);
  plan.call(v2.tokenMessenger, ADMIN_ABI, "addRemoteTokenMessenger", [domain, remote.tokenMessengerV2]);
  for (const { tokenMinter } of [v1, v2]) {
    plan.call(tokenMinter, ADMIN_ABI, "linkTokenPair", [usdc, domain, remote.usdc]);
  }
}

function fund(plan: PlanWriter, { usdc }: EvmContracts, { operator, holders, holderUusdc }: DeploymentOptions): void {
  plan.call(usdc, ADMIN_ABI, "configureMinter", [operator, MINTER_ALLOWANCE_UUSDC]);
  for (const holder of holders) plan.call(usdc, ADMIN_ABI, "mint", [holder, holderUusdc]);
}
