// The devnet's controls, as Anvil has them. None of them bypasses consensus: whatever changes a balance is a signed
// transaction in a block, so that replaying the blocks gives the same state. A snapshot keeps its height's state as long
// as the process lives; after a restart it can be reverted to while pruning still keeps that height.

import { BaseAccount } from "../../../gen/cosmos/auth/v1beta1/auth.ts";
import { QueryAccountRequest, QueryAccountResponse } from "../../../gen/cosmos/auth/v1beta1/query.ts";
import { QueryBalanceRequest, QueryBalanceResponse } from "../../../gen/cosmos/bank/v1beta1/query.ts";
import { MsgSend } from "../../../gen/cosmos/bank/v1beta1/tx.ts";
import { PubKey } from "../../../gen/cosmos/crypto/secp256k1/keys.ts";
import { SignMode } from "../../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import { AuthInfo, SignDoc, TxBody, TxRaw } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import { encodeAddress } from "../../codec/address.ts";
import { fromUtf8, utf8 } from "../../codec/bytes.ts";
import { typeUrlOf } from "../../codec/message.ts";
import { ErrWrongSequence } from "../../codec/sdkErrors.ts";
import { addressOfSecp256k1 } from "../../crypto/address.ts";
import { sha256 } from "../../crypto/hash.ts";
import { publicKeyOf, signSecp256k1 } from "../../crypto/secp256k1.ts";
import type { DevnetAdmin } from "../chainNode.ts";
import { META_KEY, metaKey } from "../dbKeys.ts";
import type { BlockClock } from "./blockClock.ts";
import type { SoloBatch, SoloDisk } from "./parts.ts";
import type { SoloNode } from "./soloNode.ts";

/** Snapshots held at a time; the oldest is forgotten. Each keeps the state of its height, and of all later ones. */
const SNAPSHOTS_MAX = 100;
/** Other transactions of a block may move the balance that is being set; so often it is tried again. */
const SET_BALANCE_TRIES_MAX = 5;
/** Gas for a transfer between two accounts, both of which sign. */
const TRANSFER_GAS = 300_000n;

/** What the controls need besides the node. */
export interface AdminOptions {
  readonly disk: SoloDisk;
  readonly clock: BlockClock;
  /** Secret keys (32 bytes) of the devnet's accounts. The first is the faucet: it gives, takes, and pays the fees. */
  readonly privKeys: readonly Uint8Array[];
  /** The fee of a transfer, paid by the faucet in `feeDenom`. */
  readonly feeAmount: bigint;
  readonly feeDenom: string;
}

/** A control that cannot do what it was asked. */
export class AdminError extends Error {
  readonly code = "admin_refused";

  constructor(message: string) {
    super(message);
    this.name = "AdminError";
  }
}

/** As it is stored; numbers beyond 2^53 are decimal. */
interface Snapshot {
  readonly id: string;
  readonly height: number;
  readonly offsetNs: string;
  readonly nextNs?: string | undefined;
}

interface Account {
  readonly privKey: Uint8Array;
  readonly pubKey: Uint8Array;
  readonly address: string;
}

/** Makes the controls of a node. */
export function createAdmin(node: SoloNode, options: AdminOptions): DevnetAdmin {
  return new SoloAdmin(node, options);
}

class SoloAdmin implements DevnetAdmin {
  readonly #node: SoloNode;
  readonly #options: AdminOptions;
  readonly #accounts: readonly Account[];
  /** How to let go of the state that a snapshot of this process keeps, by id. */
  readonly #pins = new Map<string, () => void>();
  /** The last of the controls' works, which never overlap: two snapshots would get one name. Never rejects. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(node: SoloNode, options: AdminOptions) {
    this.#node = node;
    this.#options = options;
    this.#accounts = options.privKeys.map((privKey) => {
      const pubKey = publicKeyOf(privKey);
      return { privKey, pubKey, address: encodeAddress(addressOfSecp256k1(pubKey)) };
    });
  }

  async mine(): Promise<number> {
    return (await this.#node.produce()).height;
  }

  setNextBlockTime(timeNs: bigint): void {
    this.#options.clock.setNext(timeNs, this.#node.latestTimeNs);
  }

  advanceTime(deltaNs: bigint): void {
    this.#options.clock.advance(deltaNs);
  }

  get nowNs(): bigint {
    return this.#options.clock.nowNs;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  snapshot(): Promise<string> {
    return this.#inTurn(() => this.#snapshot());
  }

  async #snapshot(): Promise<string> {
    const snapshots = this.#snapshots();
    const last = snapshots.at(-1);
    const id = `0x${(last === undefined ? 1 : Number.parseInt(last.id, 16) + 1).toString(16)}`;
    const height = this.#node.latestHeight;
    const { offsetNs, nextNs } = this.#options.clock.setting;
    const snapshot = { id, height, offsetNs: String(offsetNs), nextNs: nextNs?.toString() };
    const kept = [...snapshots, snapshot].slice(-SNAPSHOTS_MAX);
    this.#pins.set(id, this.#options.disk.store.pin(height));
    const batch = this.#options.disk.batch();
    putSnapshots(batch, kept);
    await batch.write();
    this.#unpinAllBut(kept);
    return id;
  }

  revert(id: string): Promise<void> {
    return this.#inTurn(() => this.#revert(id));
  }

  async #revert(id: string): Promise<void> {
    const snapshots = this.#snapshots();
    const at = snapshots.findIndex((snapshot) => snapshot.id === id);
    const snapshot = snapshots[at];
    if (snapshot === undefined) throw new AdminError(`there is no snapshot ${JSON.stringify(id)}`);
    // As in Anvil, a snapshot serves once, and those taken after it are gone with the blocks they name.
    const kept = snapshots.slice(0, at);
    const { height, offsetNs, nextNs } = snapshot;
    await this.#node.revertTo(height, (batch) => {
      putSnapshots(batch, kept);
      // Here, and not behind the revert: a block that waits for it begins before anything else.
      this.#options.clock.restore({
        offsetNs: BigInt(offsetNs),
        nextNs: nextNs === undefined ? undefined : BigInt(nextNs),
      });
    });
    this.#unpinAllBut(kept);
  }

  #unpinAllBut(kept: readonly Snapshot[]): void {
    for (const [id, unpin] of this.#pins) {
      if (kept.some((snapshot) => snapshot.id === id)) continue;
      unpin();
      this.#pins.delete(id);
    }
  }

  #snapshots(): readonly Snapshot[] {
    const value = this.#options.disk.get(metaKey(META_KEY.snapshots));
    // Only putSnapshots writes this key.
    return value === undefined ? [] : (JSON.parse(fromUtf8(value)) as Snapshot[]);
  }

  /**
   * Sets a balance by a transfer from or to the faucet, in a block of its own if nothing else waits. Lowering needs the
   * account's signature, and so works for the devnet's own accounts only. Throws AdminError.
   */
  async setBalance(address: string, denom: string, amount: bigint): Promise<void> {
    const faucet = this.#accounts[0];
    if (faucet === undefined) throw new AdminError("the devnet has no faucet account to take from");
    if (amount < 0n) throw new AdminError(`a balance cannot be ${amount}`);
    if (address === faucet.address) throw new AdminError("the faucet's own balance pays for all others");
    if (amount === this.#balance(address, denom)) return;
    await this.#inTurn(() => this.#setBalance(faucet, { address, denom, amount }));
  }

  async #setBalance(faucet: Account, wanted: { address: string; denom: string; amount: bigint }): Promise<void> {
    const { address, denom, amount } = wanted;
    for (let tries = 0; tries < SET_BALANCE_TRIES_MAX; tries++) {
      const difference = amount - this.#balance(address, denom);
      if (difference === 0n) return;
      if (difference > 0n) {
        await this.#transfer([faucet], faucet.address, address, denom, difference);
        continue;
      }
      const owner = this.#accounts.find((account) => account.address === address);
      if (owner === undefined) {
        throw new AdminError(`lowering the balance of ${address} needs its signature; it is no account of this devnet`);
      }
      await this.#transfer([owner, faucet], owner.address, faucet.address, denom, -difference);
    }
    const balance = this.#balance(address, denom);
    if (balance === amount) return;
    throw new AdminError(`the balance of ${address} is ${balance}, not ${amount}: other transactions keep moving it`);
  }

  #balance(address: string, denom: string): bigint {
    const data = QueryBalanceRequest.encode({ address, denom }).finish();
    const value = this.#query("/cosmos.bank.v1beta1.Query/Balance", data);
    return BigInt(QueryBalanceResponse.decode(value).balance?.amount ?? "0");
  }

  #account(address: string): BaseAccount {
    const data = QueryAccountRequest.encode({ address }).finish();
    const { account } = QueryAccountResponse.decode(this.#query("/cosmos.auth.v1beta1.Query/Account", data));
    if (account?.typeUrl !== typeUrlOf(BaseAccount)) throw new AdminError(`${address} is no plain account`);
    return BaseAccount.decode(account.value);
  }

  #query(path: string, data: Uint8Array): Uint8Array {
    const response = this.#node.query({ path, data, height: 0n, prove: false });
    if (response.code !== 0) throw new AdminError(`${path}: ${response.log}`);
    return response.value;
  }

  /** Sends and mines. The faucet, the last signer, pays the fee. */
  async #transfer(signers: readonly Account[], from: string, to: string, denom: string, amount: bigint): Promise<void> {
    const message = { fromAddress: from, toAddress: to, amount: [{ denom, amount: String(amount) }] };
    let bytes = this.#sign(signers, message);
    let checked = await this.#node.submitTx(bytes);
    if (checked.code === ErrWrongSequence.code && checked.codespace === ErrWrongSequence.codespace) {
      // Something of the faucet waits in the mempool: once it is in a block, the sequence is known.
      await this.#node.produce();
      bytes = this.#sign(signers, message);
      checked = await this.#node.submitTx(bytes);
    }
    if (checked.code !== 0) throw new AdminError(`the transfer was refused: ${checked.log}`);
    await this.#node.produce();
    const tx = await this.#node.getTx(sha256(bytes));
    if (tx === undefined) throw new AdminError("the transfer is not in the block: it was full");
    if (tx.result.code !== 0) throw new AdminError(`the transfer failed: ${tx.result.log}`);
  }

  #sign(signers: readonly Account[], message: MsgSend): Uint8Array {
    const payer = signers.at(-1)!;
    const accounts = signers.map((signer) => this.#account(signer.address));
    const bodyBytes = TxBody.encode(
      TxBody.fromPartial({ messages: [{ typeUrl: typeUrlOf(MsgSend), value: MsgSend.encode(message).finish() }] }),
    ).finish();
    const authInfoBytes = AuthInfo.encode(
      AuthInfo.fromPartial({
        signerInfos: signers.map((signer, index) => ({
          publicKey: { typeUrl: typeUrlOf(PubKey), value: PubKey.encode({ key: signer.pubKey }).finish() },
          modeInfo: { single: { mode: SignMode.SIGN_MODE_DIRECT } },
          sequence: accounts[index]!.sequence,
        })),
        fee: {
          amount: [{ denom: this.#options.feeDenom, amount: String(this.#options.feeAmount) }],
          gasLimit: TRANSFER_GAS,
          payer: payer.address,
        },
      }),
    ).finish();
    const signatures = signers.map((signer, index) => {
      const signDoc = SignDoc.encode({
        bodyBytes,
        authInfoBytes,
        chainId: this.#node.chainId,
        accountNumber: accounts[index]!.accountNumber,
      }).finish();
      return signSecp256k1(sha256(signDoc), signer.privKey);
    });
    return TxRaw.encode({ bodyBytes, authInfoBytes, signatures }).finish();
  }
}

function putSnapshots(batch: SoloBatch, snapshots: readonly Snapshot[]): void {
  batch.put(metaKey(META_KEY.snapshots), utf8(JSON.stringify(snapshots)));
}
