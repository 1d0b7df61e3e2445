// Cases: addresses are the same on every devnet, and tell the chains apart as Circle's do; both sides know each other;
// chain ids of nobody else; a genesis with the bridge starts a chain.

import { bytesToHex } from "viem";
import * as viemChains from "viem/chains";
import { describe, expect, test } from "vitest";
import { defaultAppState, tryGenesis } from "../../app/genesis.ts";
import { evmAccounts, RELAYER_KEY } from "./bridgeKeys.ts";
import { EVM_CHAINS, LOCAL_DOMAIN, planBridge } from "./bridgePlan.ts";
import { bridgedAppState, devnetAppState, hasBridge } from "./devnetState.ts";
import { OUR_ARTIFACTS } from "./evm/cctpArtifacts.ts";
import { planContracts } from "./evm/cctpDeployment.ts";

const accounts = await evmAccounts();
const plan = planBridge(OUR_ARTIFACTS, accounts);
const contracts = plan.deployments.map(planContracts);

describe("planBridge", () => {
  test("default: pinned addresses; V2 has one everywhere, USDC and V1 have not", () => {
    expect(accounts[0]?.address).toBe("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    const [ethereum, base] = contracts;
    expect(ethereum).toMatchObject({
      usdc: "0x132F7D9033b28B08cbc520e1cfD83c6dA3abfA36",
      v2: { messageTransmitter: "0x5FbDB2315678afecb367f032d93F642f64180aa3" },
    });
    expect(base?.usdc).toBe("0x44B2A9A793B51410D1f164e259FB4BcD1996Bd6c");
    expect(ethereum?.v2).toEqual(base?.v2);
    const own = contracts.flatMap(({ usdc, v1 }) => [usdc, ...Object.values(v1)]);
    expect(new Set(own).size).toBe(8);
  });

  test("default: each chain is told of all others", () => {
    const known = plan.deployments.map(({ domain, remotes }) => [domain, ...remotes.map((remote) => remote.domain)]);
    expect(known).toEqual([
      [0, 6, LOCAL_DOMAIN],
      [6, 0, LOCAL_DOMAIN],
    ]);
    expect(plan.state.remotes.map(({ domain }) => domain)).toEqual([0, 6]);
    const usdc = plan.state.remotes.map((remote) => `0x${bytesToHex(remote.usdc).slice(-40)}`);
    expect(usdc).toEqual(contracts.map((each) => each.usdc.toLowerCase()));
  });

  test("behavior: chain ids that no public chain has", () => {
    const taken = new Set<number | undefined>(
      Object.values(viemChains).map((chain) => ("id" in chain ? chain.id : undefined)),
    );
    expect(taken.has(1)).toBe(true);
    for (const { chainId } of EVM_CHAINS) expect(taken.has(chainId)).toBe(false);
  });
});

describe("bridgedAppState", () => {
  const operator = RELAYER_KEY.address;
  const plain = devnetAppState(defaultAppState(), operator);

  test("default: a chain starts from it, and the bridge is found again", () => {
    const state = bridgedAppState(plain, plan.state);
    tryGenesis({ chainId: "test-1", timeNs: 1_700_000_000_000_000_000n, appState: state });
    expect(hasBridge(state, plan.state)).toBe(true);
    expect(hasBridge(JSON.parse(JSON.stringify(state)), plan.state)).toBe(true);
  });

  test("behavior: another bridge is another one, and none is none", () => {
    expect(hasBridge(plain, plan.state)).toBe(false);
    const [first, second] = plan.state.remotes;
    const other = { ...plan.state, remotes: [first!, { ...second!, tokenMessengerV1: new Uint8Array(32).fill(1) }] };
    expect(hasBridge(bridgedAppState(plain, other), plan.state)).toBe(false);
    expect(hasBridge(bridgedAppState(plain, { ...plan.state, remotes: [first!] }), plan.state)).toBe(false);
  });
});
