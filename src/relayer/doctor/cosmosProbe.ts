// A Cosmos chain as the doctor asks it: ours, or another with Circle's module.

import { MsgReceiveMessage as MsgReceiveMessageV1 } from "../../../gen/circle/cctp/v1/tx.ts";
import { MsgReceiveMessage as MsgReceiveMessageV2 } from "../../../gen/circle/cctp/v2/tx.ts";
import { BaseAccount } from "../../../gen/cosmos/auth/v1beta1/auth.ts";
import {
  QueryAccountRequest,
  QueryAccountResponse,
  QueryAccountsRequest,
  QueryAccountsResponse,
} from "../../../gen/cosmos/auth/v1beta1/query.ts";
import { SignMode } from "../../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import { AuthInfo, TxBody, TxRaw } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import type { AttestationRule } from "../../cctp/attestation.ts";
import { bytes32ToAddress } from "../../cctp/bytes32.ts";
import type { CosmosChainConfig } from "../../chains/chainConfig.ts";
import { encodeBech32 } from "../../codec/address.ts";
import { fromHex, toBase64 } from "../../codec/bytes.ts";
import { CosmosRpc, isNotFound, QueryRefusedError } from "../cosmos/cosmosRpc.ts";
import { CosmosState } from "../cosmos/cosmosState.ts";
import { receiveMessageMsg } from "../cosmos/receiveMessage.ts";
import type { FoundDelivery } from "../deliver/destination.ts";
import { type Hex, hexOf, type MessageRecord } from "../journal/record.ts";
import { OrdersState } from "./ordersState.ts";
import type { CreditFacts, SimulationFacts } from "./transferFacts.ts";
import type { Attempt, ChainProbe, OtherTx } from "./world.ts";

/** Blocks over which the time of one is measured. */
const SAMPLE_BLOCKS = 20;
/** Accounts that are looked through for one that may try a delivery. */
const ACCOUNTS_PAGE = { limit: 20n };
const BASE_ACCOUNT = `/${BaseAccount.$type}`;
const DELIVERIES: ReadonlySet<string> = new Set([`/${MsgReceiveMessageV1.$type}`, `/${MsgReceiveMessageV2.$type}`]);

/** One Cosmos chain. */
export class CosmosProbe implements ChainProbe {
  readonly orders: OrdersState;
  readonly rpc: CosmosRpc;
  readonly state: CosmosState;
  readonly #config: CosmosChainConfig;

  constructor(config: CosmosChainConfig) {
    this.#config = config;
    this.rpc = new CosmosRpc(config.name, config.rpcUrls);
    this.state = new CosmosState(this.rpc);
    this.orders = new OrdersState(this.rpc);
  }

  async blockSeconds(): Promise<number | undefined> {
    const latest = await this.rpc.call((client) => client.block());
    const blocks = Math.min(SAMPLE_BLOCKS, latest.block.header.height - 1);
    if (blocks <= 0) return undefined;
    const before = await this.rpc.call((client) => client.block(latest.block.header.height - blocks));
    const ms = latest.block.header.time.getTime() - before.block.header.time.getTime();
    return ms / 1000 / blocks;
  }

  async tx(hash: string): Promise<OtherTx | undefined> {
    const { txs } = await this.rpc.call((client) => client.txSearch({ query: `tx.hash='${hash.toUpperCase()}'` }));
    const [found] = txs;
    if (found === undefined) return undefined;
    const { messages } = TxBody.decode(TxRaw.decode(found.tx).bodyBytes);
    // Both versions have the same fields.
    const delivered = messages
      .filter(({ typeUrl }) => DELIVERIES.has(typeUrl))
      .map(({ value }) => hexOf(MsgReceiveMessageV1.decode(value).message));
    return { state: found.result.code === 0 ? "included" : "failed", delivered };
  }

  isUsed(record: MessageRecord): Promise<boolean> {
    return this.state.isUsed(record);
  }

  findDelivery(record: MessageRecord): Promise<FoundDelivery | undefined> {
    return this.state.findDelivery(record);
  }

  attestationRule(cctpVersion: 1 | 2): Promise<AttestationRule> {
    return this.state.attestationRule(cctpVersion);
  }

  async simulate(attempt: Attempt, caller: Uint8Array | undefined): Promise<SimulationFacts> {
    const account = await this.#accountFor(caller);
    if (account === undefined) return { kind: "skipped" };
    const bodyBytes = TxBody.encode(
      TxBody.fromPartial({ messages: [receiveMessageMsg(attempt.cctpVersion, account.address, attempt)] }),
    ).finish();
    // A simulation needs neither key nor signature.
    const single = { mode: SignMode.SIGN_MODE_DIRECT };
    const signerInfos = [{ modeInfo: { single }, sequence: account.sequence }];
    const authInfoBytes = AuthInfo.encode(AuthInfo.fromPartial({ signerInfos, fee: {} })).finish();
    const txBytes = TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [new Uint8Array()] }).finish();
    try {
      await this.state.simulate(txBytes);
      return { kind: "passes" };
    } catch (error) {
      if (error instanceof QueryRefusedError) return { kind: "refused", reason: error.message };
      throw error;
    }
  }

  /** The caller's account, or any that exists; undefined when there is none. */
  async #accountFor(caller: Uint8Array | undefined): Promise<BaseAccount | undefined> {
    if (caller === undefined) {
      const request = {
        codec: QueryAccountsRequest,
        value: QueryAccountsRequest.fromPartial({ pagination: ACCOUNTS_PAGE }),
      };
      const { accounts } = await this.rpc.query("/cosmos.auth.v1beta1.Query/Accounts", request, QueryAccountsResponse);
      const found = accounts.find(({ typeUrl }) => typeUrl === BASE_ACCOUNT);
      return found === undefined ? undefined : BaseAccount.decode(found.value);
    }
    const request = { codec: QueryAccountRequest, value: { address: encodeBech32(this.#config.bech32Prefix, caller) } };
    try {
      const path = "/cosmos.auth.v1beta1.Query/Account";
      const { account } = await this.rpc.query(path, request, QueryAccountResponse);
      return account?.typeUrl === BASE_ACCOUNT ? BaseAccount.decode(account.value) : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  addressText(bytes32: Uint8Array): string {
    return encodeBech32(this.#config.bech32Prefix, bytes32ToAddress(bytes32));
  }

  deliverCommand({ cctpVersion, message, attestation }: Attempt): string {
    const module = cctpVersion === 1 ? "cctp" : "cctp-v2";
    const base64 = (hex: Hex) => toBase64(fromHex(hex.slice(2)));
    return `statesetd tx ${module} receive-message --message ${base64(message)} --attestation ${base64(attestation)} --from <key>`;
  }

  credit(attestedHash: Hex, txHash: string): Promise<CreditFacts | undefined> {
    return this.orders.creditOf(attestedHash, txHash);
  }
}
