// A network of real CometBFT processes and applications for one test file, and transactions for it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify, type TomlTable, type TomlValue } from "smol-toml";
import { signTestTx } from "../../app/testing/signTestTx.ts";
import { sendMessage } from "../../app/testing/testChain.ts";
import { BaseAccount } from "../../gen/cosmos/auth/v1beta1/auth.ts";
import { QueryAccountRequest, QueryAccountResponse } from "../../gen/cosmos/auth/v1beta1/query.ts";
import { ClusterNode, freePorts, type NodePlace, startAll, stopAll, until } from "../../scripts/testnet/cluster.ts";
import { fromBase64, toBase64, toHex } from "../../src/codec/bytes.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { CometRpcError } from "../../src/consensus/abci/cometRpc.ts";
import type { GenesisDoc } from "../../src/consensus/genesisDoc.ts";
import { devnetGenesis } from "../../src/devnet/devnet.ts";
import { type DevnetAccount, devnetAccounts } from "../../src/devnet/devnetKeys.ts";
import { homeFiles, writeJson } from "../../src/devnet/nodeConfig.ts";
import { type TestnetHome, type TestnetOptions, writeTestnet } from "../../src/devnet/testnet.ts";

export const CHAIN_ID = "cluster-1";
/** Blocks as fast as votes come; an empty one after half a second. */
const PACE = { commitMs: 10, emptyBlockMs: 500 };
const FEE = { fee: "2500uusdc", gasLimit: 100_000n };

/** A network that runs. */
export interface TestCluster {
  readonly folder: string;
  readonly nodes: readonly ClusterNode[];
  readonly homes: readonly TestnetHome[];
  readonly accounts: readonly DevnetAccount[];
  readonly genesis: GenesisDoc;
  close(): Promise<void>;
}

/** What a test's network may differ in. */
export interface TestClusterOptions extends Pick<TestnetOptions, "pace" | "snapshotInterval" | "logLevel"> {
  readonly validators: number;
  /** Who has money besides the devnet's accounts, behind which they are numbered. */
  readonly moreAccounts?: readonly DevnetAccount[];
  /** Machines of their own for the nodes. */
  readonly machines?: readonly (NodePlace & { readonly address: string })[];
  /** The folder in which the network gets its own; that for temporary files unless given. */
  readonly parentFolder?: string;
  /** Changes the genesis before it is written. */
  readonly changeGenesis?: (genesis: GenesisDoc) => GenesisDoc;
  /** Changes the written homes before anything starts. */
  readonly prepare?: (homes: readonly TestnetHome[]) => void | Promise<void>;
}

/** Starts a network in a folder that goes away with it. Every node has its first block. */
export async function startTestCluster(options: TestClusterOptions): Promise<TestCluster> {
  const { parentFolder = tmpdir(), moreAccounts = [], machines = [], ...testnet } = options;
  const folder = mkdtempSync(join(parentFolder, "cluster-"));
  const accounts = [...(await devnetAccounts()), ...moreAccounts];
  const ports = await freePorts(options.validators);
  let genesis: GenesisDoc | undefined;
  const homes = writeTestnet({
    pace: PACE,
    ...testnet,
    output: folder,
    nodes: ports.map((own, index) => ({ host: machines[index]?.address ?? "127.0.0.1", ports: own })),
    genesisOf: (validators) => {
      const made = devnetGenesis({ chainId: CHAIN_ID, validators, accounts });
      genesis = options.changeGenesis?.(made) ?? made;
      return genesis;
    },
  });
  if (options.machines !== undefined) for (const home of homes) listenToTheMachine(home);
  await options.prepare?.(homes);
  const nodes = homes.map((home, index) => new ClusterNode(home, machines[index]));
  const close = async () => {
    await stopAll(nodes);
    if (process.env["KEEP"] === undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    await startAll(nodes);
  } catch (error) {
    await close();
    throw error;
  }
  // `writeTestnet` has asked for it.
  return { folder, nodes, homes, accounts, genesis: genesis!, close };
}

/** Opens a node's ports to all of its machine's interfaces, and lets its peers have addresses that are not public. */
function listenToTheMachine({ home, ports }: TestnetHome): void {
  editConfig(home, {
    rpc: { laddr: `tcp://0.0.0.0:${ports.rpc}` },
    p2p: { addr_book_strict: false, persistent_peers_max_dial_period: "500ms", pex: false },
  });
  const file = homeFiles(home).config;
  const config = JSON.parse(readFileSync(file, "utf8"));
  writeJson(file, { ...config, abci: { ...config.abci, address: `tcp://0.0.0.0:${ports.abci}` } });
}

/** Replaces settings of a home's `config.toml`; a table replaces the settings that it names. */
export function editConfig(home: string, changes: TomlTable): void {
  const file = join(home, "config", "config.toml");
  const config = parse(readFileSync(file, "utf8"));
  for (const [name, value] of Object.entries(changes)) {
    const known = config[name];
    config[name] = isTable(known) && isTable(value) ? { ...known, ...value } : value;
  }
  writeFileSync(file, stringify(config));
}

function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}

/** A signed transfer of 1uusdc. */
export function transfer(cluster: TestCluster, from: number, sequence: number, amount = "1uusdc"): Uint8Array {
  const [sender, recipient] = [cluster.accounts[from]!, cluster.accounts[(from + 1) % cluster.accounts.length]!];
  return signed(cluster, from, sequence, sendMessage(sender.address, recipient.address, amount));
}

/** A signed message of an account. `gasLimit` is that of a transfer unless given. */
export function signed(
  { accounts }: TestCluster,
  from: number,
  sequence: number,
  message: { readonly typeUrl: string; readonly value: Uint8Array },
  gasLimit = FEE.gasLimit,
): Uint8Array {
  return signTestTx({
    chainId: CHAIN_ID,
    privKey: accounts[from]!.privKey,
    accountNumber: BigInt(from),
    sequence: BigInt(sequence),
    messages: [message],
    ...{ ...FEE, gasLimit },
  });
}

/** Asks a node's application; what is not there reads as an empty answer. */
export async function query<Res>(
  node: ClusterNode,
  path: string,
  request: Uint8Array,
  response: MessageCodec<Res>,
): Promise<Res> {
  const value = (await node.call("abci_query", { path, data: toHex(request) })).at("response").at("value");
  return response.decode(value.isAbsent ? new Uint8Array(0) : fromBase64(value.text()));
}

/** The sequence of an account as a node's state has it. */
export async function sequenceOf(node: ClusterNode, address: string): Promise<number> {
  const request = QueryAccountRequest.encode({ address }).finish();
  const { account } = await query(node, "/cosmos.auth.v1beta1.Query/Account", request, QueryAccountResponse);
  return account === undefined ? 0 : Number(BaseAccount.decode(account.value).sequence);
}

/** Hands a transaction to a node: the code of its check. */
export async function broadcast(node: ClusterNode, tx: Uint8Array): Promise<number> {
  return (await node.call("broadcast_tx_sync", { tx: toBase64(tx) })).at("code").number();
}

/** Between two transactions of an account: the processes of a network share one machine, and should not wait for it. */
const PAUSE_MS = 10;

/** Transfers of some accounts, without end, each account through one node of its own. */
export class Load {
  readonly #cluster: TestCluster;
  readonly #senders: Promise<void>[];
  #isStopped = false;
  #sent = 0;

  constructor(cluster: TestCluster, accounts = 8) {
    this.#cluster = cluster;
    this.#senders = Array.from({ length: accounts }, (_, index) => this.#send(index + 1));
  }

  /** Transactions that passed their check. */
  get sent(): number {
    return this.#sent;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#senders);
  }

  async #send(account: number): Promise<void> {
    const { nodes, accounts } = this.#cluster;
    const node = nodes[account % nodes.length]!;
    const { address } = accounts[account]!;
    let sequence: number | undefined;
    while (!this.#isStopped) {
      try {
        sequence ??= await sequenceOf(node, address);
        if ((await broadcast(node, transfer(this.#cluster, account, sequence))) === 0) {
          sequence += 1;
          this.#sent += 1;
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        } else {
          sequence = await this.#settledSequence(node, address);
        }
      } catch (error) {
        // Its node is down, or has the transaction from before it went down.
        if (!(error instanceof CometRpcError)) throw error;
        sequence = undefined;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  /** The sequence once nothing of the account waits for a block any more. */
  async #settledSequence(node: ClusterNode, address: string): Promise<number> {
    const { height } = await node.status();
    await until("two blocks", async () => this.#isStopped || (await node.status()).height > height + 1);
    return sequenceOf(node, address);
  }
}

/** Throws unless all nodes have the same headers at every height up to `to`. */
export async function requireSameChain(nodes: readonly ClusterNode[], to: number, from = 1): Promise<void> {
  for (let height = from; height <= to; height += 1) {
    const headers = await Promise.all(nodes.map((node) => node.headerOf(height)));
    const [first] = headers;
    for (const [index, header] of headers.entries()) {
      if (header.appHash === first!.appHash && header.blockHash === first!.blockHash) continue;
      throw new Error(`a fork: block ${height} of ${nodes[index]!.moniker} is ${JSON.stringify(header)}`);
    }
  }
}
