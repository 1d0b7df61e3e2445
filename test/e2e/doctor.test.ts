// `doctor` and `resume` between our chain and two EVM chains, all real; only the attestation service is a stub. Cases:
// unknown hashes; not final; 404; pending; insufficient_fee; complete and undelivered, finished by `resume` without a
// relayer; delivered by somebody else; expired and attested anew; a paused destination; another caller; an unlinked token;
// a relayer that set it aside; an order unpaid, paid in part, paid; late; unmatched; a refund claimable, pending, burned,
// completed; the command line, and the configuration of a devnet that runs.

import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "smol-toml";
import { createWalletClient, encodeFunctionData, type Hex, http, parseAbi } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { MsgCreateOrderResponse } from "../../gen/stateset/orders/v1/tx.ts";
import { TOKEN_MESSENGER_V2_ABI } from "../../src/cctp/evmAbi.ts";
import { encodeOrderHook } from "../../src/cctp/orderHook.ts";
import { createProgram } from "../../src/cli/program.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { fromHex } from "../../src/codec/bytes.ts";
import { moduleAddress } from "../../src/crypto/address.ts";
import type { LocalEvmChain } from "../../src/devnet/evm/evmChain.ts";
import { parseRelayerConfig } from "../../src/relayer/config/parseRelayerConfig.ts";
import { diagnose } from "../../src/relayer/doctor/diagnose.ts";
import { type Diagnosis, findingsOf } from "../../src/relayer/doctor/diagnosis.ts";
import { openWorld } from "../../src/relayer/doctor/openWorld.ts";
import { renderDiagnosis } from "../../src/relayer/doctor/render.ts";
import { type Deed, resume } from "../../src/relayer/doctor/resume.ts";
import { parseSubject } from "../../src/relayer/doctor/subject.ts";
import { hexOf } from "../../src/relayer/journal/record.ts";
import {
  burnOnEvm,
  evmBalance,
  freshEvmAddress,
  LOCAL_DOMAIN,
  padded,
  RELAYER_KEYS,
  type Signer,
  signerOf,
  startBridge,
  type TestBridge,
  until,
} from "./bridge.ts";
import { freshAddress } from "./testChain.ts";

const FEE = { amount: [{ denom: "uusdc", amount: "20000" }], gas: "2000000" };
const ESCROW = encodeAddress(moduleAddress("orders"));
const CONTROL_ABI = parseAbi([
  "function pause()",
  "function unpause()",
  "function unlinkTokenPair(address localToken, uint32 remoteDomain, bytes32 remoteToken)",
  "function linkTokenPair(address localToken, uint32 remoteDomain, bytes32 remoteToken)",
]);

let bridge: TestBridge;
let ethereum: LocalEvmChain;
let base: LocalEvmChain;
let operator: Signer;
let merchant: Signer;

beforeAll(async () => {
  bridge = await startBridge();
  ethereum = bridge.devnet.evmChain("ethereum");
  base = bridge.devnet.evmChain("base");
  operator = await signerOf(bridge, 0);
  merchant = await signerOf(bridge, 2);
});

afterAll(async () => {
  operator?.client.disconnect();
  merchant?.client.disconnect();
  await bridge?.close();
});

/** The configuration as its file has it. Without a relayer unless one is given. */
function configTable(over: object = {}): object {
  const names = bridge.chains.map(({ name }) => name);
  return {
    journal: join(tmpdir(), "never-used"),
    intervalMs: 50,
    refusedFirstMs: 100,
    refusedMaxMs: 500,
    http: false,
    chains: bridge.tables(),
    wallets: names.map((chain) => ({ chain, key: "env:DOCTOR_TEST_KEY", stuckAfterMs: 1_000 })),
    attestation: [{ url: bridge.iris.url, pollMs: 50, pollMaxMs: 200, requestsPerSecond: 1000 }],
    routes: names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ from, to }))),
    ...over,
  };
}

/** Diagnoses, and with `isActing` does what comes next. */
async function ask(
  text: string,
  { over = {}, isActing = false, relayerUrl }: { over?: object; isActing?: boolean; relayerUrl?: string } = {},
): Promise<{ readonly diagnosis: Diagnosis; readonly deeds: readonly Deed[] }> {
  const config = parseRelayerConfig(configTable(over));
  const world = await openWorld(config, { privKeys: RELAYER_KEYS, relayerUrl });
  try {
    const diagnosis = await diagnose(parseSubject(text), world);
    const hands = { config, world, privKeys: RELAYER_KEYS, timeoutMs: 20_000 };
    return { diagnosis, deeds: isActing ? await resume(diagnosis, hands) : [] };
  } finally {
    await world.close();
  }
}

async function causesOf(text: string, over: object = {}): Promise<readonly string[]> {
  return findingsOf((await ask(text, { over })).diagnosis).map(({ cause }) => cause);
}

/** Does what comes next, and says how that went. */
async function act(text: string): Promise<readonly string[]> {
  return (await ask(text, { isActing: true })).deeds.map(({ outcome, text: told }) => `${outcome}: ${told}`);
}

/** Calls a contract as the operator of an EVM chain. */
async function call(chain: LocalEvmChain, to: Hex, data: Hex): Promise<Hex> {
  const account = privateKeyToAccount(hexOf(chain.accounts[0]!.privKey));
  const wallet = createWalletClient({ account, transport: http(chain.rpcUrl) });
  const hash = await wallet.sendTransaction({ to, data, chain: null });
  const { status } = await chain.client.waitForTransactionReceipt({ hash, pollingInterval: 20 });
  expect(status).toBe("success");
  return hash;
}

/** A V2 burn on Ethereum towards Base. */
async function burn(over: object = {}): Promise<Hex> {
  const given = { version: 2, to: 6, recipient: freshEvmAddress(), amount: 1_500_000n, ...over } as const;
  const [hash] = await burnOnEvm(ethereum, 1, given);
  return hash!;
}

async function send({ client, address }: Signer, typeUrl: string, value: object) {
  const result = await client.signAndBroadcast(address, [{ typeUrl, value }], FEE);
  if (result.code !== 0) throw new Error(`${typeUrl} failed: ${result.rawLog}`);
  return result;
}

describe("transfers", () => {
  test("error: an unknown hash, and where it was looked for", async () => {
    await expect(ask(`0x${"5e".repeat(32)}`)).rejects.toMatchObject({
      code: "unknown_subject",
      message: expect.stringMatching(
        /transactions of ethereum.*transactions of stateset.*newest 10000 blocks of base/s,
      ),
    });
    await expect(ask("ord_123456789ABC")).rejects.toMatchObject({ looked: ["orders of stateset"] });
    const hash = await call(base, base.contracts.usdc, "0x18160ddd");
    await expect(ask(hash)).rejects.toThrow("neither burned nor delivered anything by CCTP");
  });

  test("behavior: not final, 404, pending, insufficient_fee, undelivered; finished by resume, once", async () => {
    bridge.iris.signsAtOnce = false;
    const recipient = freshEvmAddress();
    const hash = await burn({ recipient });
    const chains = bridge.tables().map((table) => ({ ...table, finality: { fast: 1, standard: 3 } }));
    expect(await causesOf(hash, { chains })).toEqual(["not_final"]);
    expect(await causesOf(hash)).toEqual(["pending"]);
    bridge.iris.delayReason = "insufficient_fee";
    expect(await causesOf(hash)).toEqual(["delayed_fee"]);
    bridge.iris.status = 404;
    expect(await causesOf(hash)).toEqual(["unknown_to_service"]);
    bridge.iris.status = 500;
    expect(await causesOf(hash)).toEqual(["service_unreachable"]);
    bridge.iris.status = undefined;
    bridge.iris.delayReason = null;
    expect(await act(hash)).toEqual([expect.stringMatching(/^waiting: nothing to do: wait for the attestation/)]);
    bridge.iris.signAll();
    bridge.iris.signsAtOnce = true;
    expect(await causesOf(hash)).toEqual(["undelivered"]);
    expect(await act(hash)).toEqual([expect.stringMatching(/^done: delivered by us in 0x/)]);
    expect(await evmBalance(base, recipient)).toBe(1_500_000n);
    expect(await causesOf(hash)).toEqual(["minted"]);
    expect(await act(hash)).toEqual([]);
    expect(await evmBalance(base, recipient)).toBe(1_500_000n);
  });

  test("behavior: by message hash, and by the transaction that delivered", async () => {
    const hash = await burn();
    await act(hash);
    const { transfers } = (await ask(hash)).diagnosis;
    const [{ messageHash, steps } = { messageHash: "", steps: [] }] = transfers;
    expect((await ask(messageHash)).diagnosis.transfers).toEqual(transfers);
    const deliveredIn = /in (0x[0-9a-f]{64})/.exec(steps.find(({ stage }) => stage === "delivered")!.detail)?.[1];
    expect((await ask(deliveredIn!)).diagnosis.transfers).toEqual(transfers);
  });

  test("behavior: V1 has no expiry; 404 and pending are told apart", async () => {
    bridge.iris.status = 404;
    const hash = await burn({ version: 1, to: LOCAL_DOMAIN, recipient: await freshAddress() });
    expect(await causesOf(hash)).toEqual(["unknown_to_service"]);
    bridge.iris.status = undefined;
    bridge.iris.signsAtOnce = false;
    const other = await burn({ version: 1, to: LOCAL_DOMAIN, recipient: await freshAddress() });
    expect(await causesOf(other)).toEqual(["pending"]);
    bridge.iris.signAll();
    bridge.iris.signsAtOnce = true;
    expect(await causesOf(other)).toEqual(["undelivered"]);
    expect(await act(other)).toEqual([expect.stringMatching(/^done: delivered by us/)]);
    expect(await causesOf(other)).toEqual(["minted"]);
  });

  test("behavior: an expired attestation is renewed", async () => {
    const height = await base.client.getBlockNumber();
    bridge.iris.fields = { feeExecuted: 1n, expirationBlock: height + 3n };
    bridge.iris.renewed = { feeExecuted: 1n, expirationBlock: height + 100_000n };
    const recipient = freshEvmAddress();
    const hash = await burn({ recipient, maxFee: 1n, threshold: 1000 });
    expect(await causesOf(hash)).toEqual(["expired"]);
    bridge.iris.fields = { feeExecuted: 0n, expirationBlock: 0n };
    expect(await act(hash)).toEqual([expect.stringMatching(/^done: asked for another attestation; delivered by us/)]);
    expect(await evmBalance(base, recipient)).toBe(1_499_999n);
  });

  test("behavior: strangers' signatures", async () => {
    bridge.iris.signWith([RELAYER_KEYS.get("base")!, RELAYER_KEYS.get("base")!]);
    const hash = await burn();
    expect(await causesOf(hash)).toEqual(["attestation_refused"]);
    bridge.iris.signWith(undefined);
    expect(await causesOf(hash)).toEqual(["undelivered"]);
  });

  test("behavior: a paused destination, in its own words", async () => {
    const hash = await burn();
    const to = base.contracts.v2.messageTransmitter;
    await call(base, to, encodeFunctionData({ abi: CONTROL_ABI, functionName: "pause" }));
    const { diagnosis, deeds } = await ask(hash, { isActing: true });
    expect(renderDiagnosis(diagnosis)).toContain('✗ delivered the destination is paused: base says "Pausable: paused"');
    expect(deeds).toMatchObject([{ outcome: "refused" }]);
    await call(base, to, encodeFunctionData({ abi: CONTROL_ABI, functionName: "unpause" }));
    expect(await causesOf(hash)).toEqual(["undelivered"]);
  });

  test("behavior: an unlinked token", async () => {
    const hash = await burn();
    const args = [base.contracts.usdc, 0, padded(ethereum.contracts.usdc)] as const;
    const to = base.contracts.v2.tokenMinter;
    await call(base, to, encodeFunctionData({ abi: CONTROL_ABI, functionName: "unlinkTokenPair", args }));
    expect(await causesOf(hash)).toEqual(["token_not_linked"]);
    await call(base, to, encodeFunctionData({ abi: CONTROL_ABI, functionName: "linkTokenPair", args }));
    expect(await causesOf(hash)).toEqual(["undelivered"]);
  });

  test("behavior: another caller: how it delivers, and nothing is sent", async () => {
    const caller = freshEvmAddress();
    const args = [7n, 6, padded(freshEvmAddress()), ethereum.contracts.usdc, padded(caller), 0n, 2000] as const;
    await burn();
    const data = encodeFunctionData({ abi: TOKEN_MESSENGER_V2_ABI, functionName: "depositForBurn", args });
    const account = privateKeyToAccount(hexOf(ethereum.accounts[1]!.privKey));
    const wallet = createWalletClient({ account, transport: http(ethereum.rpcUrl) });
    const hash = await wallet.sendTransaction({ to: ethereum.contracts.v2.tokenMessenger, data, chain: null });
    await ethereum.client.waitForTransactionReceipt({ hash, pollingInterval: 20 });
    expect(await causesOf(hash)).toEqual(["other_caller"]);
    const [told] = await act(hash);
    expect(told).toContain(`refused: not done, it needs a person: for ${caller}: cast send`);
  });

  test("behavior: two burns in one transaction are two transfers", async () => {
    const { transfers } = (await ask(await twoBurns())).diagnosis;
    expect(transfers.map(({ finding }) => finding.cause)).toEqual(["undelivered", "undelivered"]);
  });

  async function twoBurns(): Promise<string> {
    const value = {
      from: bridge.cosmosAddress,
      amount: "5",
      destinationDomain: 6,
      mintRecipient: fromHex(padded(freshEvmAddress()).slice(2)),
      burnToken: "uusdc",
      destinationCaller: new Uint8Array(0),
      maxFee: "0",
      minFinalityThreshold: 2000,
    };
    const message = { typeUrl: "/circle.cctp.v2.MsgDepositForBurn", value };
    return (await bridge.cosmos.signAndBroadcast(bridge.cosmosAddress, [message, message], FEE)).transactionHash;
  }

  test("behavior: a relayer that set it aside takes it up when asked", async () => {
    const names = bridge.chains.map(({ name }) => name);
    const routes = names.flatMap((from) =>
      names.filter((to) => to !== from).map((to) => ({ from, to, amountMinUusdc: 1_000 })),
    );
    const relayer = await bridge.relayer({ routes });
    const recipient = freshEvmAddress();
    const hash = await burn({ recipient, amount: 9n });
    await until("it is set aside", async () => (await relayer.find(hash))[0]?.state === "parked");
    const relayerUrl = relayer.httpUrl!;
    const { diagnosis, deeds } = await ask(hash, { isActing: true, relayerUrl });
    expect(diagnosis.transfers[0]?.finding.cause).toBe("relayer_parked");
    expect(deeds).toMatchObject([{ outcome: "done", text: expect.stringContaining("the relayer at http://") }]);
    await until("it arrived", async () => (await evmBalance(base, recipient)) === 9n);
    await relayer.close();
  });
});

describe("orders", () => {
  const TOTAL = 10_000_000n;

  /** A new order. */
  async function createOrder(deadlineSeconds = 3_600): Promise<{ orderId: string; depositAddress: string }> {
    const order = {
      merchant: merchant.address,
      denom: "uusdc",
      total: TOTAL.toString(),
      items: [{ sku: "A", quantity: 1, unitPrice: TOTAL.toString() }],
      paymentDeadlineSeconds: BigInt(deadlineSeconds),
    };
    const typeUrl = "/stateset.orders.v1.MsgCreateOrder";
    const { codec } = { codec: merchant.client.registry.lookupType(typeUrl)! };
    const value = (codec as { fromPartial(value: object): object }).fromPartial({ creator: merchant.address, order });
    const { msgResponses } = await send(merchant, typeUrl, value);
    return MsgCreateOrderResponse.decode(msgResponses[0]!.value);
  }

  /** A burn on Ethereum that names an order, and where a refund goes. */
  function pay(orderId: string, amount: bigint, refundTo?: string): Promise<Hex> {
    const refund = refundTo === undefined ? undefined : { domain: 0, address: fromHex(padded(refundTo).slice(2)) };
    const hookData = hexOf(encodeOrderHook({ orderId, refund }));
    return burn({ to: LOCAL_DOMAIN, recipient: ESCROW, amount, hookData });
  }

  test("behavior: unpaid, under way, paid in part, paid; each transfer says what it paid", async () => {
    const { orderId, depositAddress } = await createOrder();
    expect(await causesOf(orderId)).toEqual(["payment_due"]);
    const first = await pay(orderId, 4_000_000n);
    const { order } = (await ask(orderId)).diagnosis;
    expect(order?.findings[0]?.text).toContain("4 USDC on their way");
    expect(order?.inbound.map(({ txHash }) => txHash)).toEqual([first]);
    expect(await act(orderId)).toEqual([
      expect.stringMatching(/^waiting/),
      expect.stringMatching(/^done: delivered by us/),
    ]);
    expect(await causesOf(orderId)).toEqual(["payment_partial"]);
    const paid = (await ask(first)).diagnosis.transfers[0]!;
    expect(paid.finding).toMatchObject({
      cause: "order_paid",
      text: `4 USDC credited to ${orderId}, which is CREATED`,
    });
    const second = await burn({ version: 1, to: LOCAL_DOMAIN, recipient: depositAddress, amount: 6_000_000n });
    await act(second);
    expect(await causesOf(orderId)).toEqual(["order_settled"]);
    expect((await ask(orderId)).diagnosis.order?.payments).toHaveLength(2);
    expect(await causesOf(second)).toEqual(["order_paid"]);
  });

  test("behavior: late, and for an order that does not exist", async () => {
    const { orderId } = await createOrder(60);
    const hash = await pay(orderId, TOTAL);
    await bridge.devnet.time.advance(120);
    await act(hash);
    expect(await causesOf(hash)).toEqual(["order_exception"]);
    expect(await causesOf(orderId)).toEqual(["order_ended", "exception_open"]);
    const [, told] = await act(orderId).then((deeds) => ["", ...deeds]);
    expect(told).toMatch(/^refused: .*statesetd tx orders resolve-exception --exception-id exc_/);
    const unmatched = await pay("ord_none", 5_000_000n);
    await act(unmatched);
    const { finding } = (await ask(unmatched)).diagnosis.transfers[0]!;
    expect(finding).toMatchObject({ cause: "order_exception", text: expect.stringContaining("UNMATCHED (no order") });
    const id = /exc_\w+/.exec(finding.text)![0];
    expect(await causesOf(id)).toEqual(["exception_open"]);
  });

  test("behavior: an order that expires when paid in part is refunded by the block itself, and that arrives too", async () => {
    const home = freshEvmAddress();
    const { orderId } = await createOrder(60);
    await act(await pay(orderId, 4_000_000n, home));
    await bridge.devnet.time.advance(7_200);
    const { refunds } = (await ask(orderId)).diagnosis.order!;
    expect(refunds).toMatchObject([{ phase: "BURNED", transfer: { finding: { cause: "undelivered" } } }]);
    expect(await causesOf(refunds[0]!.transfer!.messageHash)).toEqual(["undelivered"]);
    expect(await act(orderId)).toEqual([expect.stringMatching(/^done: delivered by us/)]);
    expect(await evmBalance(ethereum, home)).toBe(4_000_000n);
    expect(await causesOf(orderId)).toEqual(["order_ended", "refund_completed"]);
  });

  test("behavior: a refund without an address waits for one", async () => {
    const { orderId } = await createOrder();
    await act(await pay(orderId, TOTAL));
    const cancel = { signer: merchant.address, orderId, reason: "sold out" };
    await send(merchant, "/stateset.orders.v1.MsgCancelOrder", cancel);
    expect(await causesOf(orderId)).toEqual(["order_ended", "refund_claimable"]);
    const [told] = await act(orderId);
    expect(told).toMatch(/^refused: .*statesetd tx orders claim-refund --refund-id ref_/);
  });

  test("behavior: a refund pending, burned, arrived and reported", async () => {
    const limit = (amount: string) =>
      send(operator, "/circle.cctp.v1.MsgSetMaxBurnAmountPerMessage", {
        from: operator.address,
        localToken: "uusdc",
        amount,
      });
    const home = freshEvmAddress();
    const { orderId } = await createOrder();
    await act(await pay(orderId, TOTAL, home));
    await limit("1");
    await send(merchant, "/stateset.orders.v1.MsgCancelOrder", { signer: merchant.address, orderId, reason: "" });
    expect(await causesOf(orderId)).toEqual(["order_ended", "refund_pending"]);
    expect(await act(orderId)).toEqual([expect.stringMatching(/^done: sent in/)]);
    expect(await causesOf(orderId)).toEqual(["order_ended", "refund_pending"]);
    await limit("1000000000000");
    expect(await act(orderId)).toEqual([expect.stringMatching(/^done: sent in/)]);
    const { refunds } = (await ask(orderId)).diagnosis.order!;
    expect(refunds).toMatchObject([
      { phase: "BURNED", finding: { cause: "refund_burned" }, transfer: { finding: { cause: "undelivered" } } },
    ]);
    expect(await act(orderId)).toEqual([expect.stringMatching(/^done: delivered by us/)]);
    expect(await evmBalance(ethereum, home)).toBe(TOTAL);
    expect(await causesOf(orderId)).toEqual(["order_ended", "refund_completed"]);
    expect(await act(orderId)).toEqual([]);
    expect(await causesOf(refunds[0]!.refundId)).toEqual(["order_ended", "refund_completed"]);
  });
});

describe("the command line", () => {
  test("behavior: the devnet that runs leaves its configuration, and its attester is asked", async () => {
    const home = mkdtempSync(join(tmpdir(), "doctor-"));
    symlinkSync(bridge.devnet.home, join(home, "devnet"));
    const lines: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
    try {
      const recipient = freshEvmAddress();
      const hash = await burn({ recipient });
      const run = (command: string) => createProgram().parseAsync(["node", "statesetd", "--home", home, command, hash]);
      await until("the devnet's attester has signed it", async () => {
        lines.length = 0;
        await run("doctor");
        return lines.join("\n").includes("stuck: undelivered");
      });
      await run("resume");
      expect(lines.join("\n")).toContain("done: delivered by us in 0x");
      expect(await evmBalance(base, recipient)).toBe(1_500_000n);
    } finally {
      log.mockRestore();
      rmSync(home, { recursive: true, force: true });
    }
  });

  test("behavior: text, JSON, exit codes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "doctor-"));
    const file = join(folder, "relayer.toml");
    writeFileSync(file, stringify(configTable()));
    const lines: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((line: string) => {
      lines.push(line);
    });
    const run = async (...args: readonly string[]) => {
      lines.length = 0;
      await createProgram().parseAsync(["node", "statesetd", ...args, "--config", file]);
      return lines.join("\n");
    };
    try {
      const hash = await burn();
      expect(await run("doctor", hash)).toMatch(/✓ burned .*✓ final .*✓ attested .*✗ delivered .*undelivered/s);
      const json = JSON.parse(await run("-o", "json", "doctor", hash));
      expect(json.transfers).toMatchObject([{ cause: "undelivered", amount: "1500000", action: { kind: "relay" } }]);
      expect(await run("resume", hash)).toContain("failed: no relayer answers that carries it, and no key");
      expect(process.exitCode).toBe(1);
      process.exitCode = undefined;
      process.env["DOCTOR_TEST_KEY"] = Buffer.from(RELAYER_KEYS.get("base")!).toString("hex");
      expect(await run("resume", hash)).toContain("done: delivered by us in 0x");
      expect(process.exitCode).toBeUndefined();
      expect(await run("resume", hash)).toContain("nothing is left to do");
      await expect(run("doctor", "nonsense")).rejects.toMatchObject({ code: "usage" });
      await expect(run("doctor", "ab".repeat(32))).rejects.toMatchObject({ code: "failed" });
    } finally {
      process.exitCode = undefined;
      delete process.env["DOCTOR_TEST_KEY"];
      log.mockRestore();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
