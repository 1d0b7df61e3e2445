// The public ABI of Circle's CCTP contracts on EVM chains, as far as we call or read it; test/vectors/cctp/abi-facts.json
// has it whole. V1: evm-cctp-contracts src/; V2: src/v2/. Functions and events that both have are named once.

import { parseAbi } from "viem";

/** MessageTransmitter of both versions: sending and receiving. */
export const MESSAGE_TRANSMITTER_ABI = parseAbi([
  "event MessageSent(bytes message)",
  "function receiveMessage(bytes message, bytes attestation) returns (bool success)",
  "function usedNonces(bytes32) view returns (uint256)",
  "function localDomain() view returns (uint32)",
  "function version() view returns (uint32)",
  "function paused() view returns (bool)",
  "function signatureThreshold() view returns (uint256)",
  "function getNumEnabledAttesters() view returns (uint256)",
  "function getEnabledAttester(uint256 index) view returns (address)",
  "function isEnabledAttester(address attester) view returns (bool)",
]);

/** TokenMessenger of V1: burning. */
export const TOKEN_MESSENGER_V1_ABI = parseAbi([
  "function depositForBurn(uint256 amount, uint32 destinationDomain, bytes32 mintRecipient, address burnToken) returns (uint64 nonce)",
  "function depositForBurnWithCaller(uint256 amount, uint32 destinationDomain, bytes32 mintRecipient, address burnToken, bytes32 destinationCaller) returns (uint64 nonce)",
  "function replaceDepositForBurn(bytes originalMessage, bytes originalAttestation, bytes32 newDestinationCaller, bytes32 newMintRecipient)",
  "event DepositForBurn(uint64 indexed nonce, address indexed burnToken, uint256 amount, address indexed depositor, bytes32 mintRecipient, uint32 destinationDomain, bytes32 destinationTokenMessenger, bytes32 destinationCaller)",
  "event MintAndWithdraw(address indexed mintRecipient, uint256 amount, address indexed mintToken)",
  "function remoteTokenMessengers(uint32 domain) view returns (bytes32)",
]);

/** TokenMessenger of V2: burning, with a fee and a hook. */
export const TOKEN_MESSENGER_V2_ABI = parseAbi([
  "function depositForBurn(uint256 amount, uint32 destinationDomain, bytes32 mintRecipient, address burnToken, bytes32 destinationCaller, uint256 maxFee, uint32 minFinalityThreshold)",
  "function depositForBurnWithHook(uint256 amount, uint32 destinationDomain, bytes32 mintRecipient, address burnToken, bytes32 destinationCaller, uint256 maxFee, uint32 minFinalityThreshold, bytes hookData)",
  "event DepositForBurn(address indexed burnToken, uint256 amount, address indexed depositor, bytes32 mintRecipient, uint32 destinationDomain, bytes32 destinationTokenMessenger, bytes32 destinationCaller, uint256 maxFee, uint32 indexed minFinalityThreshold, bytes hookData)",
  "event MintAndWithdraw(address indexed mintRecipient, uint256 amount, address indexed mintToken, uint256 feeCollected)",
  "function remoteTokenMessengers(uint32 domain) view returns (bytes32)",
]);

/** USDC as far as a burner needs it. */
export const USDC_ABI = parseAbi([
  "function approve(address spender, uint256 value) returns (bool)",
  "function transfer(address to, uint256 value) returns (bool)",
  "function balanceOf(address account) view returns (uint256)",
  "function totalSupply() view returns (uint256)",
  "function decimals() view returns (uint8)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
]);
