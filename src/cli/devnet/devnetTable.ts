// What a devnet shows to a person: where everything listens, what stands on the EVM chains, who has money.

import type { DevnetInfo } from "../../devnet/devnetInfo.ts";

/** How many of the accounts are shown. */
const SHOWN_ACCOUNTS = 5;

function row(name: string, ...values: readonly (string | null)[]): string[] {
  return values.includes(null) ? [] : [`  ${name.padEnd(8)} ${values.join("  ")}`];
}

/** The document of a devnet as lines of text. */
export function toTable(info: DevnetInfo, { isEphemeral }: { readonly isEphemeral: boolean }): string {
  const lines = [
    ...chainLines(info.chain),
    ...gatewayLines(info.gateway),
    ...info.evm.flatMap(evmLines),
    ...bridgeLines(info),
    ...accountLines(info),
    "",
    "Known keys: never send anything of value here.",
    isEphemeral ? "Ctrl-C stops it; nothing is kept." : "Ctrl-C stops it; the next start goes on where it stood.",
  ];
  return lines.join("\n");
}

function chainLines({ chain_id, domain, height, ...chain }: DevnetInfo["chain"]): string[] {
  return [
    `chain ${chain_id} at height ${height}, CCTP domain ${domain}`,
    ...row("RPC", chain.rpc_url),
    ...row("gRPC", chain.grpc_address),
    ...row("REST", chain.rest_url),
    ...row("metrics", chain.metrics_url && `${chain.metrics_url}/metrics`),
    ...row("faucet", chain.faucet_url, '(POST /credit {"denom":"uusdc","address":"…"})'),
  ];
}

function gatewayLines(gateway: DevnetInfo["gateway"]): string[] {
  if (gateway === null) return [];
  return [
    "",
    "Orders API",
    ...row("gateway", gateway.url, "(OpenAPI at /openapi.json, page at /docs)"),
    ...row("API key", gateway.api_key),
    ...row("try", `curl -H 'Authorization: Bearer ${gateway.api_key}' ${gateway.url}/v1/orders`),
    ...row("merchant", gateway.merchant),
    ...row("metrics", gateway.metrics_url && `${gateway.metrics_url}/metrics`),
  ];
}

function evmLines({ name, chain_id, domain, rpc_url, ws_url, usdc, v1, v2 }: DevnetInfo["evm"][number]): string[] {
  const contracts = (version: string, { message_transmitter, token_messenger, token_minter }: typeof v1): string[] => [
    ...row(version, "MessageTransmitter", message_transmitter),
    ...row("", "TokenMessenger    ", token_messenger),
    ...row("", "TokenMinter       ", token_minter),
  ];
  return [
    "",
    `EVM chain ${name}, chain id ${chain_id}, CCTP domain ${domain}`,
    ...row("RPC", rpc_url, ws_url),
    ...row("USDC", usdc),
    ...contracts("CCTP V1", v1),
    ...contracts("CCTP V2", v2),
  ];
}

function bridgeLines({ attester, relayer }: DevnetInfo): string[] {
  if (attester === null) return [];
  return [
    "",
    "bridge between all of them",
    ...row("attester", attester.url, "(GET /v2/messages/{domain}?transactionHash=…)"),
    ...row("faults", attester.admin_url),
    ...row("relayer", relayer?.url ?? null, "(GET /messages, /health, /metrics)"),
  ];
}

function accountLines({ chain, evm_accounts, relayer }: DevnetInfo): string[] {
  const lines = ["", "accounts, each with 1,000,000 USDC (the first is the faucet's and the operator's):"];
  lines.push(...shownAccounts(chain, "m/44'/118'/0'/0/n"));
  if (evm_accounts !== null) {
    lines.push(
      "",
      "EVM accounts, each with 10,000 ether and 1,000,000 USDC on each chain (the first owns the contracts):",
    );
    lines.push(...shownAccounts(evm_accounts, "m/44'/60'/0'/0/n"));
  }
  if (relayer !== null)
    lines.push("", "relayer, funded on all chains:", `  ${relayer.address}  ${relayer.evm_address}`);
  return lines;
}

function shownAccounts(
  { accounts, mnemonic }: Pick<DevnetInfo["chain"], "accounts" | "mnemonic">,
  path: string,
): string[] {
  const shown = accounts.slice(0, SHOWN_ACCOUNTS);
  return [
    ...shown.map(({ address, private_key }, index) => `  (${index}) ${address}  ${private_key}`),
    `  … ${accounts.length - shown.length} more, at ${path} of the mnemonic:`,
    `  ${mnemonic}`,
  ];
}
