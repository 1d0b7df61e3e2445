// Stakes, earns and is judged on a fresh node with nothing but the published @cosmjs/stargate.
// Cases: CosmJS's staking, distribution and slashing extensions; delegating, moving, leaving and taking back with its message types, in
// both sign modes; rewards; a validator that joins an embedded node, never votes and is jailed; REST.

import {
  coin,
  coins,
  type MsgBeginRedelegateEncodeObject,
  QueryClient,
  type SigningStargateClient,
  setupDistributionExtension,
  setupSlashingExtension,
  setupStakingExtension,
} from "@cosmjs/stargate";
import { Comet38Client } from "@cosmjs/tendermint-rpc";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MsgUpdateParams } from "../../gen/cosmos/slashing/v1beta1/tx.ts";
import { MsgCreateValidator } from "../../gen/cosmos/staking/v1beta1/tx.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { encodeConsensusAddress, encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import { addressOfEd25519 } from "../../src/crypto/address.ts";
import { pubKeyAny } from "../../x/staking/validator.ts";
import { addressOf, aminoWallet, directWallet, signingClient, startTestChain, type TestChain } from "./testChain.ts";

const FEE = { amount: coins(25_000, "uusdc"), gas: "500000" };
const KEY = new Uint8Array(32).fill(9);

let chain: TestChain;
let comet: Comet38Client;
let client: SigningStargateClient;
let address: string;
/** The node's own validator. */
let validator: string;

function queries() {
  return QueryClient.withExtensions(comet, setupStakingExtension, setupDistributionExtension, setupSlashingExtension);
}

const rest = async (path: string) => (await fetch(`${chain.devnet.restUrl}${path}`)).json() as Promise<unknown>;
const operatorOf = (account: string) => encodeValidatorAddress(decodeAddress(account));

beforeAll(async () => {
  chain = await startTestChain();
  comet = await Comet38Client.connect(chain.rpcUrl);
  const wallet = await directWallet(chain, 1);
  [client, address] = [await signingClient(chain, wallet), await addressOf(wallet)];
  validator = operatorOf(chain.devnet.accounts[0]!.address);
});

afterAll(async () => {
  client?.disconnect();
  comet?.disconnect();
  await chain?.close();
});

describe("CosmJS", () => {
  test("default: the staking extension reads what the genesis says", async () => {
    const { staking } = queries();
    const { validators } = await staking.validators("BOND_STATUS_BONDED");
    expect(validators).toMatchObject([
      { operatorAddress: validator, tokens: "1000000000000", jailed: false, description: { moniker: "devnet" } },
    ]);
    expect((await staking.pool()).pool).toMatchObject({ bondedTokens: "1000000000000", notBondedTokens: "0" });
    expect((await staking.params()).params).toMatchObject({ bondDenom: "ustake", maxValidators: 100 });
    const self = await staking.delegation(chain.devnet.accounts[0]!.address, validator);
    expect(self.delegationResponse?.balance).toEqual(coin(1_000_000_000_000, "ustake"));
  });

  test("behavior: delegates, earns, leaves and takes back", async () => {
    const { staking, distribution } = queries();
    expect((await client.delegateTokens(address, validator, coin(7_000_000, "ustake"), FEE)).code).toBe(0);
    expect(await client.getDelegation(address, validator)).toEqual(coin(7_000_000, "ustake"));
    expect(await client.getBalanceStaked(address)).toEqual(coin(7_000_000, "ustake"));
    expect((await client.undelegateTokens(address, validator, coin(2_000_000, "ustake"), FEE)).code).toBe(0);
    const { unbond } = await staking.unbondingDelegation(address, validator);
    expect(unbond?.entries).toMatchObject([{ balance: "2000000" }]);
    const { creationHeight } = unbond!.entries[0]!;
    const value = {
      delegatorAddress: address,
      validatorAddress: validator,
      amount: coin(500_000, "ustake"),
      creationHeight,
    };
    const cancel = { typeUrl: "/cosmos.staking.v1beta1.MsgCancelUnbondingDelegation", value };
    expect((await client.signAndBroadcast(address, [cancel], FEE)).code).toBe(0);
    expect(await client.getDelegation(address, validator)).toEqual(coin(5_500_000, "ustake"));
    await chain.devnet.node.admin?.mine();
    const { rewards } = await distribution.delegationRewards(address, validator);
    expect(rewards.map(({ denom }) => denom)).toEqual(["uusdc"]);
    const withdrawn = await client.withdrawRewards(address, validator, FEE);
    const paid = withdrawn.events.find(({ type }) => type === "withdraw_rewards")?.attributes;
    expect(paid?.find(({ key }) => key === "validator")?.value).toBe(validator);
    expect((await distribution.delegatorWithdrawAddress(address)).withdrawAddress).toBe(address);
    expect((await distribution.communityPool()).pool).toHaveLength(1);
  });

  test("behavior: the same in amino JSON", async () => {
    const wallet = await aminoWallet(chain, 2);
    const [amino, from] = [await signingClient(chain, wallet), await addressOf(wallet)];
    expect((await amino.delegateTokens(from, validator, coin(1_000_000, "ustake"), FEE)).code).toBe(0);
    expect((await amino.withdrawRewards(from, validator, FEE)).code).toBe(0);
    const value = { delegatorAddress: from, validatorSrcAddress: validator, validatorDstAddress: validator };
    const typeUrl = "/cosmos.staking.v1beta1.MsgBeginRedelegate";
    const move: MsgBeginRedelegateEncodeObject = { typeUrl, value: { ...value, amount: coin(1, "ustake") } };
    expect(await amino.signAndBroadcast(from, [move], FEE)).toMatchObject({ code: 29 });
    amino.disconnect();
  });

  test("behavior: a second validator joins, never votes, and is jailed", async () => {
    const { staking } = queries();
    const creation = MsgCreateValidator.fromPartial({
      description: { moniker: "absent" },
      commission: { rate: "0", maxRate: "100000000000000000", maxChangeRate: "0" },
      ...{ minSelfDelegation: "1", validatorAddress: operatorOf(address), pubkey: pubKeyAny(KEY) },
      value: coin(3_000_000, "ustake"),
    });
    const message = { typeUrl: "/cosmos.staking.v1beta1.MsgCreateValidator", value: creation };
    expect((await client.signAndBroadcast(address, [message], FEE)).code).toBe(0);
    for (let count = 0; count < 3; count += 1) await chain.devnet.node.admin?.mine();
    const set = await comet.validatorsAll();
    expect(set.validators.map(({ votingPower }) => votingPower)).toEqual([1_000_006n, 3n]);
    const { lastCommit } = (await comet.block()).block;
    expect(lastCommit?.signatures.map(({ signature }) => signature?.length ?? 0)).toEqual([64, 0]);
    // The authority makes the window of a devnet, 10,000 blocks, a short one.
    const authority = await directWallet(chain, 0);
    const shorter = MsgUpdateParams.fromPartial({
      authority: await addressOf(authority),
      params: { ...(await queries().slashing.params()).params, signedBlocksWindow: 100n },
    });
    const update = { typeUrl: `/${MsgUpdateParams.$type}`, value: shorter };
    const governor = await signingClient(chain, authority);
    governor.registry.register(update.typeUrl, MsgUpdateParams as never);
    expect((await governor.signAndBroadcast(await addressOf(authority), [update], FEE)).code).toBe(0);
    governor.disconnect();
    for (let count = 0; count < 105; count += 1) await chain.devnet.node.admin?.mine();
    const jailed = await staking.validator(operatorOf(address));
    expect(jailed.validator).toMatchObject({ jailed: true, tokens: "2970000" });
    expect((await comet.validatorsAll()).validators).toHaveLength(1);
    const { slashing } = queries();
    expect((await slashing.signingInfos()).info).toHaveLength(2);
    expect((await slashing.params()).params?.signedBlocksWindow).toBe(100n);
    const info = await rest(`/cosmos/slashing/v1beta1/signing_infos/${encodeConsensusAddress(addressOfEd25519(KEY))}`);
    expect(info).toMatchObject({ val_signing_info: { tombstoned: false, missed_blocks_counter: "0" } });
  });
});

test("default: REST answers with decimals", async () => {
  expect(await rest("/cosmos/slashing/v1beta1/params")).toMatchObject({
    params: { signed_blocks_window: "100", min_signed_per_window: "0.500000000000000000" },
  });
  expect(await rest("/cosmos/distribution/v1beta1/params")).toMatchObject({
    params: { community_tax: "0.020000000000000000" },
  });
  expect(await rest(`/cosmos/staking/v1beta1/validators/${validator}`)).toMatchObject({
    validator: { commission: { commission_rates: { rate: "0.050000000000000000" } } },
  });
});
