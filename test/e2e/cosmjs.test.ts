// Drives a fresh node with nothing but the published @cosmjs/stargate and @cosmjs/tendermint-rpc.
// Cases: connecting; balances; sends in both sign modes; gas "auto"; failures and their codes; multisig; authz;
// feegrant; searches; historical queries; timeouts; block hashes; proofs.

import { iavlSpec, ics23, tendermintSpec, verifyMembership, verifyNonMembership } from "@confio/ics23";
import { createMultisigThresholdPubkey, pubkeyToAddress } from "@cosmjs/amino";
import { fromBase64, fromBech32, fromHex, toHex, toUtf8 } from "@cosmjs/encoding";
import type { EncodeObject } from "@cosmjs/proto-signing";
import {
  BroadcastTxError,
  coins,
  type DeliverTxResponse,
  isDeliverTxSuccess,
  makeMultisignedTxBytes,
  QueryClient,
  StargateClient,
  setupAuthzExtension,
  setupBankExtension,
  setupFeegrantExtension,
  setupTxExtension,
} from "@cosmjs/stargate";
import { Comet38Client, HttpBatchClient, HttpClient } from "@cosmjs/tendermint-rpc";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GenericAuthorization } from "../../gen/cosmos/authz/v1beta1/authz.ts";
import { MsgExec, MsgGrant } from "../../gen/cosmos/authz/v1beta1/tx.ts";
import { QueryBalanceRequest, QueryBalanceResponse } from "../../gen/cosmos/bank/v1beta1/query.ts";
import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { BasicAllowance } from "../../gen/cosmos/feegrant/v1beta1/feegrant.ts";
import { TxRaw } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import { hashBlock } from "./cometHasher.ts";
import {
  addressOf,
  aminoWallet,
  directWallet,
  freshAddress,
  PREFIX,
  signingClient,
  startTestChain,
  type TestChain,
} from "./testChain.ts";

const FEE = { amount: coins(2500, "uusdc"), gas: "100000" };
const BIG_FEE = { amount: coins(25_000, "uusdc"), gas: "500000" };

let chain: TestChain;

beforeAll(async () => {
  chain = await startTestChain();
});

afterAll(async () => {
  await chain?.close();
});

function expectSuccess(result: DeliverTxResponse): void {
  expect(result.rawLog ?? "").toBe("");
  expect(result.code).toBe(0);
  expect(isDeliverTxSuccess(result)).toBe(true);
}

function sendMessage(fromAddress: string, toAddress: string, amount: number): EncodeObject {
  return { typeUrl: "/cosmos.bank.v1beta1.MsgSend", value: { fromAddress, toAddress, amount: coins(amount, "uusdc") } };
}

describe("reading", () => {
  test("default: connects by auto-detection and knows chain id and height", async () => {
    const client = await StargateClient.connect(chain.rpcUrl);
    expect(await client.getChainId()).toBe(chain.devnet.chainId);
    expect(await client.getHeight()).toBeGreaterThanOrEqual(1);
    client.disconnect();
  });

  test("behavior: balances of a funded and of an unused account", async () => {
    const client = await StargateClient.connect(chain.rpcUrl);
    const address = await addressOf(await directWallet(chain, 9));
    const balance = await client.getBalance(address, "uusdc");
    expect(BigInt(balance.amount)).toBeGreaterThan(1_000_000n);
    expect(await client.getAllBalances(address)).toContainEqual(balance);
    expect(await client.getBalance(await freshAddress(), "uusdc")).toEqual({ denom: "uusdc", amount: "0" });
    expect(await client.getAccount(await freshAddress())).toBeNull();
    client.disconnect();
  });

  test("behavior: supply and metadata through the bank extension", async () => {
    const client = QueryClient.withExtensions(Comet38Client.create(new HttpClient(chain.rpcUrl)), setupBankExtension);
    expect(BigInt((await client.bank.supplyOf("uusdc")).amount)).toBeGreaterThan(0n);
    const { supply } = await client.bank.totalSupply();
    expect(supply.map((coin) => coin.denom)).toContain("uusdc");
    await expect(client.bank.denomMetadata("nothing")).rejects.toThrow(/rpc error: code = NotFound|not found/i);
  });

  test("behavior: a value and an absence are proven against the next header's app hash", async () => {
    const rpc = Comet38Client.create(new HttpClient(chain.rpcUrl));
    const address = fromBech32(await addressOf(await directWallet(chain, 9))).data;
    const present = new Uint8Array([2, address.length, ...address, ...toUtf8("uusdc")]);
    const absent = new Uint8Array([2, address.length, ...address, ...toUtf8("nothing")]);
    for (const [key, isPresent] of [
      [present, true],
      [absent, false],
    ] as const) {
      const answer = await rpc.abciQuery({ path: "/store/bank/key", data: key, prove: true });
      expect(answer.code).toBe(0);
      const [leafOp, storeOp] = (answer.proof?.ops ?? []).map((op) => ics23.CommitmentProof.decode(op.data));
      const height = answer.height ?? 0;
      await expect.poll(() => rpc.status().then((status) => status.syncInfo.latestBlockHeight)).toBeGreaterThan(height);
      const { appHash } = (await rpc.block(height + 1)).block.header;
      const storeProof = storeOp?.exist;
      if (leafOp === undefined || storeOp === undefined || !storeProof?.value) throw new Error("no proof");
      expect(verifyMembership(storeOp, tendermintSpec, appHash, toUtf8("bank"), storeProof.value)).toBe(true);
      expect(answer.value.length > 0).toBe(isPresent);
      expect(verifyMembership(leafOp, iavlSpec, storeProof.value, key, answer.value)).toBe(isPresent);
      expect(verifyNonMembership(leafOp, iavlSpec, storeProof.value, key)).toBe(!isPresent);
    }
    rpc.disconnect();
  });
});

describe("sending", () => {
  test("default: SIGN_MODE_DIRECT to a new account", async () => {
    const wallet = await directWallet(chain, 0);
    const client = await signingClient(chain, wallet);
    const recipient = await freshAddress();
    const result = await client.sendTokens(await addressOf(wallet), recipient, coins(1234, "uusdc"), FEE, "direct");
    expectSuccess(result);
    expect(result.gasUsed).toBeGreaterThan(40_000n);
    expect(result.gasUsed).toBeLessThanOrEqual(100_000n);
    expect(await client.getBalance(recipient, "uusdc")).toEqual({ denom: "uusdc", amount: "1234" });
    expect(result.msgResponses[0]?.typeUrl).toBe("/cosmos.bank.v1beta1.MsgSendResponse");
    const action = result.events.find(
      (event) => event.type === "message" && event.attributes.some((attribute) => attribute.key === "action"),
    );
    expect(action?.attributes).toEqual(
      expect.arrayContaining([
        { key: "action", value: "/cosmos.bank.v1beta1.MsgSend" },
        { key: "module", value: "bank" },
        { key: "msg_index", value: "0" },
      ]),
    );
    client.disconnect();
  });

  test("behavior: SIGN_MODE_LEGACY_AMINO_JSON, with a memo that JSON must escape", async () => {
    const wallet = await aminoWallet(chain, 1);
    const client = await signingClient(chain, wallet);
    const recipient = await freshAddress();
    const memo = 'a <b> & "c" – ü 😀';
    expectSuccess(await client.sendTokens(await addressOf(wallet), recipient, coins(77, "uusdc"), FEE, memo));
    expect((await client.getBalance(recipient, "uusdc")).amount).toBe("77");
    client.disconnect();
  });

  test.each([
    ["direct", directWallet],
    ["amino", aminoWallet],
  ] as const)('behavior: gas "auto" (%s)', async (_name, makeWallet) => {
    const wallet = await makeWallet(chain, 2);
    const client = await signingClient(chain, wallet);
    const sender = await addressOf(wallet);
    const simulated = await client.simulate(sender, [sendMessage(sender, await freshAddress(), 5)], "");
    const result = await client.sendTokens(sender, await freshAddress(), coins(5, "uusdc"), "auto");
    expectSuccess(result);
    expect(Number(result.gasUsed)).toBeLessThanOrEqual(simulated * 1.4);
    client.disconnect();
  });

  test("behavior: many messages, and two coins to several accounts", async () => {
    const wallet = await directWallet(chain, 2);
    const client = await signingClient(chain, wallet);
    const sender = await addressOf(wallet);
    const recipients = await Promise.all([freshAddress(), freshAddress(), freshAddress()]);
    const messages = recipients.map((recipient, index) => sendMessage(sender, recipient, index + 1));
    const result = await client.signAndBroadcast(sender, messages, BIG_FEE);
    expectSuccess(result);
    expect(result.msgResponses).toHaveLength(3);
    expect((await client.getBalance(recipients[2] ?? "", "uusdc")).amount).toBe("3");
    client.disconnect();
  });

  test("behavior: a run of sequences without waiting", async () => {
    const wallet = await directWallet(chain, 3);
    const client = await signingClient(chain, wallet);
    const sender = await addressOf(wallet);
    const recipient = await freshAddress();
    const { accountNumber, sequence } = await client.getSequence(sender);
    const hashes: string[] = [];
    for (let index = 0; index < 20; index += 1) {
      const signerData = { accountNumber, sequence: sequence + index, chainId: chain.devnet.chainId };
      const signed = await client.sign(sender, [sendMessage(sender, recipient, 1)], FEE, "", signerData);
      hashes.push(await client.broadcastTxSync(TxRaw.encode(signed).finish()));
    }
    await expect.poll(async () => (await client.getBalance(recipient, "uusdc")).amount, { timeout: 10_000 }).toBe("20");
    expect((await client.getTx(hashes[19] ?? ""))?.code).toBe(0);
    client.disconnect();
  });

  test("error: insufficient funds is code 5 in the block, with the fee and the sequence gone", async () => {
    const wallet = await directWallet(chain, 4);
    const client = await signingClient(chain, wallet);
    const sender = await addressOf(wallet);
    const before = BigInt((await client.getBalance(sender, "uusdc")).amount);
    const fee = { amount: coins(2500, "uusdc"), gas: "99000" };
    const result = await client.sendTokens(sender, await freshAddress(), coins((before * 2n).toString(), "uusdc"), fee);
    expect(result.code).toBe(5);
    expect(result.rawLog).toMatch(/failed to execute message; message index: 0: .*insufficient funds/);
    expect(result.gasWanted).toBe(99_000n);
    expect(result.gasUsed).toBeGreaterThan(40_000n);
    expect(result.gasUsed).toBeLessThanOrEqual(99_000n);
    expect(BigInt((await client.getBalance(sender, "uusdc")).amount)).toBe(before - 2500n);
    expect((await client.getSequence(sender)).sequence).toBe(1);
    const found = await client.getTx(result.transactionHash);
    expect(found?.code).toBe(5);
    client.disconnect();
  });

  async function refusal(work: Promise<unknown>): Promise<BroadcastTxError> {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(BroadcastTxError);
    return error as BroadcastTxError;
  }

  test("error: a wrong chain id is code 4, a wrong sequence 32, a low fee 13, too little gas 11", async () => {
    const wallet = await directWallet(chain, 5);
    const client = await signingClient(chain, wallet);
    const sender = await addressOf(wallet);
    const { accountNumber, sequence } = await client.getSequence(sender);
    const attempt = async (changes: { chainId?: string; sequence?: number; fee?: typeof FEE }) => {
      const signerData = {
        accountNumber,
        sequence: changes.sequence ?? sequence,
        chainId: changes.chainId ?? chain.devnet.chainId,
      };
      const signed = await client.sign(sender, [sendMessage(sender, sender, 1)], changes.fee ?? FEE, "", signerData);
      return client.broadcastTxSync(TxRaw.encode(signed).finish());
    };
    const wrongChain = await refusal(attempt({ chainId: "elsewhere" }));
    expect(wrongChain).toMatchObject({ code: 4, codespace: "sdk" });
    expect(wrongChain.log).toContain("signature verification failed; please verify account number");
    const wrongSequence = await refusal(attempt({ sequence: sequence + 7 }));
    expect(wrongSequence).toMatchObject({ code: 32, codespace: "sdk" });
    expect(wrongSequence.log).toContain(`account sequence mismatch, expected ${sequence}, got ${sequence + 7}`);
    expect(await refusal(attempt({ fee: { amount: coins(1, "uusdc"), gas: "100000" } }))).toMatchObject({ code: 13 });
    expect(await refusal(attempt({ fee: { amount: coins(2500, "uusdc"), gas: "1000" } }))).toMatchObject({ code: 11 });
    client.disconnect();
  });

  test("error: a timeout height that has passed is code 30", async () => {
    const wallet = await directWallet(chain, 5);
    const client = await signingClient(chain, wallet);
    const sender = await addressOf(wallet);
    const messages = [sendMessage(sender, sender, 1)];
    await expect.poll(() => client.getHeight(), { timeout: 10_000 }).toBeGreaterThan(3);
    const late = await client.sign(sender, messages, FEE, "", undefined, 1n);
    expect(await refusal(client.broadcastTx(TxRaw.encode(late).finish()))).toMatchObject({
      code: 30,
      codespace: "sdk",
    });
    const height = BigInt(await client.getHeight());
    expectSuccess(await client.signAndBroadcast(sender, messages, FEE, "", height + 1000n));
    client.disconnect();
  });

  test("error: the same bytes twice are refused as already known", async () => {
    const wallet = await directWallet(chain, 5);
    const client = await signingClient(chain, wallet);
    const sender = await addressOf(wallet);
    const tx = TxRaw.encode(await client.sign(sender, [sendMessage(sender, sender, 1)], FEE, "")).finish();
    expectSuccess(await client.broadcastTx(tx));
    await expect(client.broadcastTxSync(tx)).rejects.toThrow("tx already exists in cache");
    client.disconnect();
  });
});

describe("multisig", () => {
  test("default: two of three amino signatures move the account's money", async () => {
    const wallets = await Promise.all([10, 11, 12].map((account) => aminoWallet(chain, account)));
    const pubkeys = await Promise.all(
      wallets.map(async (wallet) => {
        const [account] = await wallet.getAccounts();
        return { type: "tendermint/PubKeySecp256k1", value: Buffer.from(account?.pubkey ?? []).toString("base64") };
      }),
    );
    const multisig = createMultisigThresholdPubkey(pubkeys, 2);
    const address = pubkeyToAddress(multisig, PREFIX);
    const funder = await directWallet(chain, 6);
    const funding = await signingClient(chain, funder);
    expectSuccess(await funding.sendTokens(await addressOf(funder), address, coins(1_000_000, "uusdc"), FEE));

    const { accountNumber, sequence } = await funding.getSequence(address);
    const recipient = await freshAddress();
    const fee = { amount: coins(5000, "uusdc"), gas: "200000" };
    const signerData = { accountNumber, sequence, chainId: chain.devnet.chainId };
    const message = sendMessage(address, recipient, 1234);
    const signatures = new Map<string, Uint8Array>();
    let bodyBytes: Uint8Array = new Uint8Array();
    for (const wallet of [wallets[0], wallets[2]]) {
      if (wallet === undefined) throw new Error("no wallet");
      const client = await signingClient(chain, wallet);
      const signer = await addressOf(wallet);
      const signed = await client.sign(signer, [message], fee, "", signerData);
      bodyBytes = signed.bodyBytes;
      signatures.set(signer, signed.signatures[0] ?? new Uint8Array());
      client.disconnect();
    }
    const tx = makeMultisignedTxBytes(multisig, sequence, fee, bodyBytes, signatures);
    expectSuccess(await funding.broadcastTx(tx));
    expect((await funding.getBalance(recipient, "uusdc")).amount).toBe("1234");

    const one = new Map([...signatures].slice(0, 1));
    const tooFew = makeMultisignedTxBytes(multisig, sequence + 1, fee, bodyBytes, one);
    await expect(funding.broadcastTx(tooFew)).rejects.toMatchObject({ code: 4 });
    funding.disconnect();
  });
});

describe("authz", () => {
  test("default: a grantee spends for the granter, and only with the grant", async () => {
    const granterWallet = await directWallet(chain, 7);
    const granteeWallet = await directWallet(chain, 8);
    const granter = await addressOf(granterWallet);
    const grantee = await addressOf(granteeWallet);
    const granterClient = await signingClient(chain, granterWallet);
    const granteeClient = await signingClient(chain, granteeWallet);
    const recipient = await freshAddress();
    const exec: EncodeObject = {
      typeUrl: `/${MsgExec.$type}`,
      value: {
        grantee,
        msgs: [
          {
            typeUrl: `/${MsgSend.$type}`,
            value: MsgSend.encode({
              fromAddress: granter,
              toAddress: recipient,
              amount: [{ denom: "uusdc", amount: "55" }],
            }).finish(),
          },
        ],
      },
    };
    const refused = await granteeClient.signAndBroadcast(grantee, [exec], BIG_FEE);
    expect(refused.code).not.toBe(0);
    expect(refused.rawLog).toMatch(/authorization not found/);

    const grant: EncodeObject = {
      typeUrl: `/${MsgGrant.$type}`,
      value: {
        granter,
        grantee,
        grant: {
          authorization: {
            typeUrl: `/${GenericAuthorization.$type}`,
            value: GenericAuthorization.encode({ msg: `/${MsgSend.$type}` }).finish(),
          },
        },
      },
    };
    expectSuccess(await granterClient.signAndBroadcast(granter, [grant], BIG_FEE));
    const queries = QueryClient.withExtensions(Comet38Client.create(new HttpClient(chain.rpcUrl)), setupAuthzExtension);
    expect((await queries.authz.grants(granter, grantee, `/${MsgSend.$type}`)).grants).toHaveLength(1);
    expect((await queries.authz.granterGrants(granter)).grants).toHaveLength(1);
    expect((await queries.authz.granteeGrants(grantee)).grants).toHaveLength(1);

    expectSuccess(await granteeClient.signAndBroadcast(grantee, [exec], BIG_FEE));
    expect((await granteeClient.getBalance(recipient, "uusdc")).amount).toBe("55");
    granterClient.disconnect();
    granteeClient.disconnect();
  });
});

describe("feegrant", () => {
  test("default: the granter's allowance pays the grantee's fee", async () => {
    const granterWallet = await directWallet(chain, 13);
    const granteeWallet = await directWallet(chain, 14);
    const granter = await addressOf(granterWallet);
    const grantee = await addressOf(granteeWallet);
    const granterClient = await signingClient(chain, granterWallet);
    const granteeClient = await signingClient(chain, granteeWallet);
    const grant: EncodeObject = {
      typeUrl: "/cosmos.feegrant.v1beta1.MsgGrantAllowance",
      value: {
        granter,
        grantee,
        allowance: {
          typeUrl: `/${BasicAllowance.$type}`,
          value: BasicAllowance.encode(
            BasicAllowance.fromPartial({ spendLimit: [{ denom: "uusdc", amount: "4000" }] }),
          ).finish(),
        },
      },
    };
    expectSuccess(await granterClient.signAndBroadcast(granter, [grant], "auto"));
    const queries = QueryClient.withExtensions(
      Comet38Client.create(new HttpClient(chain.rpcUrl)),
      setupFeegrantExtension,
    );
    expect((await queries.feegrant.allowance(granter, grantee)).allowance?.granter).toBe(granter);
    const [granterBefore, granteeBefore] = await Promise.all([
      granteeClient.getBalance(granter, "uusdc"),
      granteeClient.getBalance(grantee, "uusdc"),
    ]);
    const fee = { amount: coins(3000, "uusdc"), gas: "120000", granter };
    const recipient = await freshAddress();
    expectSuccess(await granteeClient.signAndBroadcast(grantee, [sendMessage(grantee, recipient, 10)], fee));
    expect(BigInt((await granteeClient.getBalance(granter, "uusdc")).amount)).toBe(
      BigInt(granterBefore.amount) - 3000n,
    );
    expect(BigInt((await granteeClient.getBalance(grantee, "uusdc")).amount)).toBe(BigInt(granteeBefore.amount) - 10n);
    await expect(granteeClient.signAndBroadcast(grantee, [sendMessage(grantee, recipient, 10)], fee)).rejects.toThrow(
      /fee limit exceeded/,
    );
    granterClient.disconnect();
    granteeClient.disconnect();
  });
});

describe("history and search", () => {
  test("default: transactions are found by hash, height, sender and recipient", async () => {
    const wallet = await directWallet(chain, 15);
    const client = await signingClient(chain, wallet);
    const sender = await addressOf(wallet);
    const recipient = await freshAddress();
    const sent: DeliverTxResponse[] = [];
    for (const amount of [1, 2, 3]) {
      sent.push(await client.sendTokens(sender, recipient, coins(amount, "uusdc"), FEE));
    }
    for (const result of sent) {
      expectSuccess(result);
      const found = await client.getTx(result.transactionHash);
      expect(found).toMatchObject({ height: result.height, code: 0, hash: result.transactionHash });
      const atHeight = await client.searchTx(`tx.height=${result.height}`);
      expect(atHeight.map((tx) => tx.hash)).toContain(result.transactionHash);
    }
    const bySender = await client.searchTx([{ key: "message.sender", value: sender }]);
    expect(bySender.map((tx) => tx.hash)).toEqual(sent.map((tx) => tx.transactionHash));
    const byRecipient = await client.searchTx([{ key: "transfer.recipient", value: recipient }]);
    expect(byRecipient).toHaveLength(3);
    const later = await client.searchTx(`transfer.recipient='${recipient}' AND tx.height>${sent[0]?.height}`);
    expect(later.map((tx) => tx.hash)).toEqual(sent.slice(1).map((tx) => tx.transactionHash));
    expect(await client.searchTx([{ key: "transfer.recipient", value: await freshAddress() }])).toEqual([]);
    expect(await client.getTx("AB".repeat(32))).toBeNull();
    client.disconnect();
  });

  test("behavior: state is answered as of an earlier height", async () => {
    const wallet = await directWallet(chain, 15);
    const client = await signingClient(chain, wallet);
    const sender = await addressOf(wallet);
    const recipient = await freshAddress();
    const first = await client.sendTokens(sender, recipient, coins(10, "uusdc"), FEE);
    const second = await client.sendTokens(sender, recipient, coins(20, "uusdc"), FEE);
    const rpc = Comet38Client.create(new HttpClient(chain.rpcUrl));
    const balanceAt = async (height: number): Promise<string | undefined> => {
      const data = QueryBalanceRequest.encode({ address: recipient, denom: "uusdc" }).finish();
      const answer = await rpc.abciQuery({ path: "/cosmos.bank.v1beta1.Query/Balance", data, height });
      expect(answer.height).toBe(height);
      return QueryBalanceResponse.decode(answer.value).balance?.amount;
    };
    expect(await balanceAt(first.height - 1)).toBe("0");
    expect(await balanceAt(first.height)).toBe("10");
    expect(await balanceAt(second.height)).toBe("30");
    const future = await rpc.abciQuery({
      path: "/cosmos.bank.v1beta1.Query/Balance",
      data: new Uint8Array(),
      height: 1_000_000,
    });
    expect(future).toMatchObject({ code: 26 });
    client.disconnect();
  });

  test("behavior: blocks, results, commits and validators decode and agree with each other", async () => {
    const rpc = Comet38Client.create(new HttpBatchClient(chain.rpcUrl));
    await expect.poll(async () => (await rpc.status()).syncInfo.latestBlockHeight).toBeGreaterThan(4);
    const head = (await rpc.status()).syncInfo.latestBlockHeight;
    for (let height = 2; height <= Math.min(head, 12); height += 1) {
      const [{ block, blockId }, { block: previous }, commit, results] = await Promise.all([
        rpc.block(height),
        rpc.block(height - 1),
        rpc.commit(height),
        rpc.blockResults(height),
      ]);
      expect(toHex(hashBlock(block.header))).toBe(toHex(blockId.hash));
      expect(toHex(block.header.lastBlockId?.hash ?? new Uint8Array())).toBe(
        height === 2 ? toHex(block.header.lastBlockId?.hash ?? new Uint8Array()) : toHex(hashBlock(previous.header)),
      );
      expect(block.header.time.getTime()).toBeGreaterThanOrEqual(previous.header.time.getTime());
      expect(toHex(commit.commit.blockId.hash)).toBe(toHex(blockId.hash));
      expect(results.height).toBe(height);
      expect(results.results).toHaveLength(block.txs.length);
    }
    const search = await rpc.blockSearch({ query: "block.height >= 1 AND block.height <= 3" });
    expect(search.totalCount).toBe(3);
    const { validators, total } = await rpc.validatorsAll();
    expect(total).toBe(1);
    expect(validators[0]?.votingPower).toBeGreaterThan(0n);
    expect((await rpc.blockchain(1, 3)).blockMetas.map((meta) => meta.header.height)).toEqual([3, 2, 1]);
    expect(await rpc.health()).toBeNull();
    expect((await rpc.genesis()).chainId).toBe(chain.devnet.chainId);
    expect((await rpc.abciInfo()).lastBlockHeight).toBeGreaterThanOrEqual(head);
    rpc.disconnect();
  });

  test("behavior: a tx with its proof, and the tx extension", async () => {
    const wallet = await directWallet(chain, 15);
    const client = await signingClient(chain, wallet);
    const sender = await addressOf(wallet);
    const result = await client.sendTokens(sender, await freshAddress(), coins(1, "uusdc"), FEE);
    const rpc = Comet38Client.create(new HttpClient(chain.rpcUrl));
    const found = await rpc.tx({ hash: fromHex(result.transactionHash), prove: true });
    expect(found.proof?.data).toEqual(found.tx);
    const queries = QueryClient.withExtensions(rpc, setupTxExtension);
    const { txResponse } = await queries.tx.getTx(result.transactionHash);
    expect(txResponse?.height).toBe(BigInt(result.height));
    expect(fromBase64(Buffer.from(found.tx).toString("base64"))).toEqual(found.tx);
    client.disconnect();
  });
});
