// The package's entry "stateset/devnet": a devnet inside anybody's test file.

export type { CctpContracts, EvmChainConfig } from "../chains/chainConfig.ts";
export type { EvmAccount } from "./bridgeKeys.ts";
export { EVM_MNEMONIC, RELAYER_KEY } from "./bridgeKeys.ts";
export type { CreateDevnetOptions } from "./createDevnet.ts";
export { createDevnet } from "./createDevnet.ts";
export type { Devnet } from "./devnet.ts";
export { DevnetHomeError } from "./devnetHome.ts";
export type { DevnetInfo } from "./devnetInfo.ts";
export { describeDevnet } from "./devnetInfo.ts";
export type { DevnetAccount } from "./devnetKeys.ts";
export { DEVNET_MNEMONIC } from "./devnetKeys.ts";
export type { DevnetTime } from "./devnetSystem.ts";
export { DevnetControlError, DevnetSystem } from "./devnetSystem.ts";
export type { CctpArtifacts } from "./evm/cctpArtifacts.ts";
export { readCctpArtifacts } from "./evm/cctpArtifacts.ts";
export type { EvmContracts } from "./evm/cctpDeployment.ts";
export type { LocalEvmChain } from "./evm/evmChain.ts";
export { EvmError } from "./evm/evmError.ts";
export { PortInUseError } from "./portInUse.ts";
