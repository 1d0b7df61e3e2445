// What the page does beyond showing: it asks for itself again when the order has changed, counts down, copies, and lets a
// wallet (EIP-1193, `window.ethereum`) send the two transactions. Nothing is decided here; the chain decides.

const main = document.querySelector("main");
const path = location.pathname;

// --- live status

/** The sections as the server sent them last: those in the page have been counted down and opened since. */
const served = new Map([...document.querySelectorAll("[data-live]")].map((one) => [one.dataset.live, one.outerHTML]));

/** Replaces what has changed; open details stay open, and focus stays where it is. */
async function refresh() {
  const response = await fetch(path, { headers: { accept: "text/html" }, cache: "no-store" });
  if (!response.ok) return;
  const next = new DOMParser().parseFromString(await response.text(), "text/html");
  const open = new Set([...document.querySelectorAll("details[open]")].map(({ id }) => id));
  const focused = document.activeElement?.id;
  for (const section of next.querySelectorAll("[data-live]")) {
    const name = section.dataset.live;
    const current = document.querySelector(`[data-live="${name}"]`);
    if (current === null || served.get(name) === section.outerHTML) continue;
    served.set(name, section.outerHTML);
    for (const details of section.querySelectorAll("details")) details.open = open.has(details.id);
    // The element that is announced stays the same; what is in it changes.
    current.className = section.className;
    current.hidden = section.hidden;
    current.replaceChildren(...section.childNodes);
  }
  document.title = next.title;
  if (focused) document.getElementById(focused)?.focus();
  offerWallet();
  tick();
}

const connection = document.getElementById("connection");

function listen() {
  const source = new EventSource(`${path}/events`);
  source.addEventListener("state", () => {
    connection.textContent = "";
    refresh().catch(() => undefined);
  });
  source.addEventListener("error", () => {
    // The browser tries again by itself, unless it was turned away.
    connection.textContent = "Connection lost; trying again.";
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => {
      refresh().catch(() => undefined);
      listen();
    }, 10_000);
  });
}

// --- countdown

const LOOK_MS = 3_000;
let lastLookMs = 0;

function tick() {
  const time = document.getElementById("countdown");
  if (time === null) return;
  const seconds = Math.max(0, Math.floor((Date.parse(time.dateTime) - Date.now()) / 1000));
  const pad = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const text = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  time.textContent = hours > 48 ? `${Math.floor(hours / 24)} days` : hours > 0 ? `${hours}:${text}` : text;
  // The server's clock may be a little behind.
  if (seconds > 0 || Date.now() - lastLookMs < LOOK_MS) return;
  lastLookMs = Date.now();
  refresh().catch(() => undefined);
}

// --- copying

async function copy(button) {
  const text = document.getElementById(button.dataset.copy)?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    // Without permission, or without TLS: what is marked can be copied by hand.
    getSelection()?.selectAllChildren(document.getElementById(button.dataset.copy));
    button.textContent = "Marked";
  }
  setTimeout(() => {
    button.textContent = "Copy";
  }, 2_000);
}

// --- wallet

const walletStatus = document.getElementById("wallet-status");
let isPaying = false;

function say(text) {
  walletStatus.hidden = false;
  walletStatus.textContent = text;
}

function offerWallet() {
  for (const place of document.querySelectorAll(".wallet")) place.hidden = window.ethereum === undefined;
  for (const button of document.querySelectorAll(".pay button.pay")) button.disabled = isPaying;
}

function request(method, params = []) {
  return window.ethereum.request({ method, params });
}

const hex = (number) => `0x${number.toString(16)}`;

async function switchChain(chainId, name) {
  if (Number(await request("eth_chainId")) === chainId) return;
  say(`Please switch the wallet to ${name}.`);
  try {
    await request("wallet_switchEthereumChain", [{ chainId: hex(chainId) }]);
  } catch (error) {
    if (error?.code === 4902)
      throw new Error(`The wallet does not know ${name}, chain id ${chainId}. Please add it there.`);
    throw error;
  }
}

const RECEIPT_POLL_MS = 1_000;

async function receiptOf(hash) {
  for (;;) {
    const receipt = await request("eth_getTransactionReceipt", [hash]);
    if (receipt !== null && receipt !== undefined) {
      if (Number(receipt.status) !== 1) throw new Error(`The transaction ${hash} failed.`);
      return receipt;
    }
    await new Promise((resolve) => setTimeout(resolve, RECEIPT_POLL_MS));
  }
}

async function send(from, { to, data }) {
  return receiptOf(await request("eth_sendTransaction", [{ from, to, data }]));
}

async function pay(button) {
  const { domain, version } = button.closest("details.route").dataset;
  const { name } = button.dataset;
  const chainId = Number(button.dataset.chainId);
  say("Waiting for the wallet.");
  const [payer] = await request("eth_requestAccounts");
  await switchChain(chainId, name);
  const query = new URLSearchParams({ domain, version, payer });
  const response = await fetch(`${path}/calls?${query}`);
  const calls = await response.json();
  if (!response.ok) throw new Error(calls.detail);
  say(`1 of 2: please allow ${calls.amount} USDC.`);
  await send(payer, calls.approve);
  say(`2 of 2: please confirm the payment of ${calls.amount} USDC.`);
  await send(payer, calls.burn);
  say(`Sent. The payment arrives when ${name} is final; this page shows it.`);
}

async function payOnce(button) {
  if (isPaying) return;
  isPaying = true;
  offerWallet();
  try {
    await pay(button);
  } catch (error) {
    say(error?.code === 4001 ? "You declined in the wallet. Nothing was paid." : String(error?.message ?? error));
  } finally {
    isPaying = false;
    offerWallet();
  }
}

document.addEventListener("click", ({ target }) => {
  const copying = target.closest("[data-copy]");
  if (copying !== null) void copy(copying);
  const paying = target.closest("button.pay");
  if (paying !== null) void payOnce(paying);
});

if (main?.dataset.order !== undefined) {
  offerWallet();
  addEventListener("ethereum#initialized", offerWallet, { once: true });
  tick();
  setInterval(tick, 1_000);
  listen();
}
