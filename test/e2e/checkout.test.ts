// The checkout page in a real browser, against a real devnet. Cases: amount, QR code and address; paid by exactly the call
// data that is shown, by CCTP V2 and V1; paid in two parts, in part by a transfer on our chain; paid by the wallet button,
// with the refund address in the burn; overpaid, cancelled, expired, no such order; nothing personal on the page; nothing
// loaded from elsewhere; names and roles for those who do not see; a narrow window; no script.
// Pictures of the page are written to the folder SCREENSHOTS when it is set.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import decodeQr from "qr/decode.js";
import type { Hex } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { MsgCreateOrderResponse } from "../../gen/stateset/orders/v1/tx.ts";
import { createDevnet } from "../../src/devnet/createDevnet.ts";
import type { DevnetSystem } from "../../src/devnet/devnetSystem.ts";
import type { LocalEvmChain } from "../../src/devnet/evm/evmChain.ts";
import { rpcChainReader } from "../../src/gateway/chainReader.ts";
import { checkoutRoutes } from "../../src/gateway/checkout/routes.ts";
import { rpcBlockSource } from "../../src/gateway/readModel/blockSource.ts";
import { getOrder } from "../../src/gateway/readModel/orderQueries.ts";
import { Projector } from "../../src/gateway/readModel/projector.ts";
import type { Database } from "../../src/gateway/sql/database.ts";
import { openDatabase } from "../../src/gateway/sql/openDatabase.ts";
import { type TestGateway, testGateway } from "../../src/gateway/testing/testGateway.ts";
import { burnOnEvm, LOCAL_DOMAIN, type Signer, sendMessage, signerOf } from "./bridge.ts";

const BROWSER = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const SCREENSHOTS = process.env["SCREENSHOTS"];
const SOON = { timeout: 30_000 };
const PERSONAL = { customerId: "cust_secret_42", metadata: [{ key: "note", value: "for Mrs Doe, 5 Main St" }] };

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: readonly number[];
}

/** Runs in the browser: the pixels of a PNG. */
const PIXELS = `async (base64) => {
  const image = new Image();
  image.src = "data:image/png;base64," + base64;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  return { width: image.width, height: image.height, data: [...data] };
}`;

if (!existsSync(BROWSER)) console.log("Chromium is not installed (apt-get install chromium): its tests do not run");

describe.runIf(existsSync(BROWSER))("the checkout page", () => {
  let devnet: DevnetSystem;
  let database: Database;
  let projector: Projector;
  let gateway: TestGateway;
  let browser: Browser;
  let merchant: Signer;
  let payer: Signer;
  let origin: string;
  /** What a browser said, and should not have had to say. */
  const complaints: string[] = [];

  beforeAll(async () => {
    devnet = await createDevnet({ blockIntervalMs: 20, emptyBlockIntervalMs: 300 });
    database = await openDatabase({});
    const { rpcUrl, chainId } = devnet.chain;
    const source = rpcBlockSource(rpcUrl);
    projector = new Projector({ database, source, onOtherChain: "stop" });
    await projector.start((error) => {
      throw error;
    });
    gateway = await testGateway({
      database: await openDatabase({}),
      routes: [checkoutRoutes],
      parts: {
        ...{ database, source, projector },
        chain: rpcChainReader(rpcUrl, chainId),
        paymentChains: devnet.evm.map(({ config }) => config),
      },
    });
    origin = await gateway.app.listen({ host: "127.0.0.1", port: 0 });
    [merchant, payer] = await Promise.all([signerOf({ devnet }, 1), signerOf({ devnet }, 2)]);
    browser = await chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox", "--disable-gpu"] });
  });

  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
    await projector?.stop();
    await database?.close();
    merchant?.client.disconnect();
    payer?.client.disconnect();
    await devnet?.stop();
  });

  afterEach(() => {
    expect(complaints.splice(0)).toEqual([]);
  });

  interface Made {
    readonly orderId: string;
    readonly depositAddress: string;
  }

  async function createOrder(total: bigint, more: object = {}): Promise<Made> {
    const items = [{ sku: "SKU-SECRET-7", quantity: 1, unitPrice: total.toString() }];
    const { address } = merchant;
    const order = { merchant: address, customer: payer.address, denom: "uusdc", total: total.toString(), items };
    const value = { creator: address, order: { ...order, ...PERSONAL, ...more } };
    const made = await sendMessage(merchant, "/stateset.orders.v1.MsgCreateOrder", value);
    await projector.reached(made.height, 10_000);
    return MsgCreateOrderResponse.decode(made.msgResponses[0]!.value);
  }

  async function open(orderId: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 900, height: 1100 }, ...options });
    const page = await context.newPage();
    page.on("request", (request) => {
      const isOurs = request.url().startsWith(origin) || request.url().startsWith("data:");
      if (!isOurs) complaints.push(`the page loads ${request.url()}`);
    });
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("404")) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${origin}/pay/${orderId}`);
    return page;
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (SCREENSHOTS === undefined) return;
    mkdirSync(SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
  }

  const textOf = async (page: Page, selector: string) => (await page.locator(selector).textContent()) ?? "";
  const kindIs = (page: Page, kind: string) => page.waitForSelector(`#headline[data-kind="${kind}"]`, SOON);

  /** What a camera sees. */
  async function scan(page: Page): Promise<string> {
    const png = await page.locator(".qr").screenshot();
    const blank = await page.context().newPage();
    const image: Pixels = await blank.evaluate(`(${PIXELS})("${png.toString("base64")}")`);
    await blank.close();
    return decodeQr({ ...image, data: Uint8Array.from(image.data) });
  }

  /** Sends what the page shows, from an account of anvil. */
  async function sendShown(page: Page, chain: LocalEvmChain, version: 1 | 2, account: number): Promise<void> {
    const prefix = `route-${chain.domain}-${version}`;
    await page.locator(`#${prefix} > summary`).click();
    await page.locator(`#${prefix}-calls > summary`).click();
    for (const step of ["approve", "burn"]) {
      const to = (await textOf(page, `#${prefix}-${step}-to`)) as Hex;
      const data = (await textOf(page, `#${prefix}-${step}-data`)) as Hex;
      const from = chain.accounts[account]!.address;
      const hash = await chain.client.request({ method: "eth_sendTransaction", params: [{ from, to, data }] });
      const receipt = await chain.client.waitForTransactionReceipt({ hash, pollingInterval: 20 });
      expect(receipt.status).toBe("success");
    }
  }

  test.each([2, 1] as const)("default: paid by exactly the calls that are shown, by CCTP V%i", async (version) => {
    const { orderId, depositAddress } = await createOrder(1_097_470_000n);
    const page = await open(orderId);
    await kindIs(page, "awaiting");
    expect(await textOf(page, "#amount")).toBe("1097.47 USDC");
    expect(await textOf(page, "#deposit-address")).toBe(depositAddress);
    expect(await textOf(page, "#order-id")).toBe(orderId);
    expect(await scan(page)).toBe(depositAddress);
    await picture(page, "awaiting");
    const chain = devnet.evmChain(version === 1 ? "ethereum" : "base");
    await sendShown(page, chain, version, 3);
    if (version === 2) await picture(page, "calls");
    await kindIs(page, "paid");
    expect(await page.title()).toBe("Paid: 1097.47 USDC");
    expect(await page.locator("section.pay").isVisible()).toBe(false);
    await picture(page, "paid");
    const { payments } = (await getOrder(database, orderId))!;
    expect(payments).toMatchObject([{ amount: "1097470000", origin: { cctp_version: version } }]);
    await page.context().close();
  });

  test("behavior: a part on our chain, then the rest from another one; open details stay open", async () => {
    const { orderId, depositAddress } = await createOrder(100_000_001n);
    const page = await open(orderId, { colorScheme: "dark", viewport: { width: 390, height: 844 } });
    await kindIs(page, "awaiting");
    await page.locator("#route-0-2 > summary").click();
    await picture(page, "phone-dark");
    const amount = [{ denom: "uusdc", amount: "40000000" }];
    const value = { fromAddress: payer.address, toAddress: depositAddress, amount };
    await sendMessage(payer, "/cosmos.bank.v1beta1.MsgSend", value);
    await kindIs(page, "partly_paid");
    expect(await textOf(page, "#amount")).toBe("60.000001 USDC");
    expect(await textOf(page, "#paid")).toBe("40.00 USDC");
    expect(await page.locator("#route-0-2").getAttribute("open")).not.toBeNull();
    await picture(page, "partly-paid-dark");
    await page.locator("#route-0-2 > summary").click();
    await sendShown(page, devnet.evmChain("ethereum"), 2, 4);
    await kindIs(page, "paid");
    await page.context().close();
  });

  test("default: the wallet button switches the chain, allows and burns, and says where a refund goes", async () => {
    const { orderId } = await createOrder(5_000_000n);
    const chain = devnet.evmChain("base");
    const account = chain.accounts[5]!.address;
    const asked: string[] = [];
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.exposeFunction("walletRequest", async (method: string, params: readonly unknown[]) => {
      asked.push(method);
      if (method === "eth_requestAccounts") return [account];
      if (method === "eth_chainId") return "0x1";
      if (method === "wallet_switchEthereumChain") return null;
      return chain.client.request({ method, params } as never);
    });
    await page.addInitScript(() => {
      const call = (globalThis as never as { walletRequest(method: string, params: unknown): unknown }).walletRequest;
      Object.assign(globalThis, {
        ethereum: { request: ({ method, params }: { method: string; params: unknown }) => call(method, params) },
      });
    });
    await page.goto(`${origin}/pay/${orderId}`);
    await page.locator("#route-6-2 > summary").click();
    await page.getByRole("button", { name: "Pay with a wallet on Base" }).first().click();
    await picture(page, "wallet");
    await kindIs(page, "paid");
    expect(await textOf(page, "#wallet-status")).toContain("Sent.");
    const sent = asked.filter((method) => method !== "eth_getTransactionReceipt");
    expect(sent).toEqual([
      "eth_requestAccounts",
      "eth_chainId",
      "wallet_switchEthereumChain",
      "eth_sendTransaction",
      "eth_sendTransaction",
    ]);
    const { payments } = (await getOrder(database, orderId))!;
    const address = Buffer.from(account.slice(2).padStart(64, "0"), "hex").toString("base64");
    expect(payments).toMatchObject([{ refund_address: { domain: 6, address } }]);
    await context.close();
  });

  test("error: a wallet that declines is told, and nothing is paid", async () => {
    const { orderId } = await createOrder(5_000_000n);
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(() => {
      const declined = Object.assign(new Error("no"), { code: 4001 });
      Object.assign(globalThis, { ethereum: { request: () => Promise.reject(declined) } });
    });
    await page.goto(`${origin}/pay/${orderId}`);
    await page.locator("#route-0-1 > summary").click();
    await page
      .getByRole("button", { name: /Pay with a wallet on Ethereum/ })
      .last()
      .click();
    await page.waitForFunction(`document.getElementById("wallet-status").textContent.includes("declined")`);
    await kindIs(page, "awaiting");
    await context.close();
  });

  test("behavior: overpaid, cancelled", async () => {
    const order = await createOrder(1_000_000n);
    const page = await open(order.orderId);
    await kindIs(page, "awaiting");
    const chain = devnet.evmChain("base");
    const burn = { version: 2, to: LOCAL_DOMAIN, recipient: order.depositAddress, amount: 1_500_000n } as const;
    await burnOnEvm(chain, 6, burn);
    await kindIs(page, "overpaid");
    expect(await textOf(page, "#excess")).toBe("0.50 USDC");
    await picture(page, "overpaid");
    const other = await createOrder(1_000_000n);
    await page.goto(`${origin}/pay/${other.orderId}`);
    await kindIs(page, "awaiting");
    const cancel = { signer: merchant.address, orderId: other.orderId, reason: "out of stock" };
    await sendMessage(merchant, "/stateset.orders.v1.MsgCancelOrder", cancel);
    await kindIs(page, "cancelled");
    expect(await page.locator("body").textContent()).not.toContain("out of stock");
    await picture(page, "cancelled");
    await page.context().close();
  });

  test("behavior: the countdown ends, and the order expires", async () => {
    const now = devnet.time.now().getTime();
    const deadline = new Date(Math.max(now, Date.now()) + 4_000);
    const { orderId } = await createOrder(1_000_000n, { expiresAt: deadline, paymentDeadlineSeconds: 4n });
    const page = await open(orderId);
    let pageLoads = 0;
    page.on("request", (request) => {
      if (request.url().endsWith(orderId)) pageLoads += 1;
    });
    await kindIs(page, "awaiting");
    expect(await textOf(page, "#countdown")).toMatch(/^0[0-9]:[0-9]{2}$/);
    await page.waitForSelector(`#headline[data-kind="late"], #headline[data-kind="expired"]`, SOON);
    await kindIs(page, "expired");
    expect(pageLoads).toBeLessThan(8);
    await picture(page, "expired");
    await page.context().close();
  });

  test("behavior: nothing personal, names for everything that can be pressed, no sideways scrolling on a phone", async () => {
    const { orderId } = await createOrder(123_456_789_000_001n);
    const page = await open(orderId, { viewport: { width: 320, height: 640 } });
    await kindIs(page, "awaiting");
    const html = await page.content();
    for (const secret of ["cust_secret_42", "Mrs Doe", "SKU-SECRET", merchant.address, payer.address]) {
      expect(html).not.toContain(secret);
    }
    for (const summary of await page.locator("summary").all()) await summary.click();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(320);
    await picture(page, "narrow");
    const names = await page
      .locator("button:visible")
      .evaluateAll((buttons) => buttons.map((button) => button.getAttribute("aria-label") ?? button.textContent ?? ""));
    expect(names.length).toBeGreaterThan(4);
    expect(names.every((name) => name.trim() !== "")).toBe(true);
    expect(await page.getByRole("img", { name: /QR code/ }).count()).toBe(1);
    expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
    await page.context().close();
  });

  test("behavior: without script the page is whole, and reloads", async () => {
    const { orderId, depositAddress } = await createOrder(2_000_000n);
    const page = await open(orderId, { javaScriptEnabled: false });
    expect(await textOf(page, "#deposit-address")).toBe(depositAddress);
    expect(await page.content()).toContain('http-equiv="refresh"');
    await page.context().close();
  });

  test("error: no such order", async () => {
    const page = await open("ord_111111111111");
    expect(await page.title()).toBe("No such order");
    await page.context().close();
  });

  test("behavior: a gateway that stops lets open pages go", async () => {
    const { orderId } = await createOrder(3_000_000n);
    const page = await open(orderId);
    await kindIs(page, "awaiting");
    const closed = await Promise.race([gateway.app.close().then(() => true), wait(5_000, false)]);
    expect(closed).toBe(true);
    await page.context().close();
  });
});
