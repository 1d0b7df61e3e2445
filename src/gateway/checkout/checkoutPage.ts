// The page as HTML. Everything is made here, from the state of the order: the script only asks for the page again when
// something has changed, counts down, copies, and talks to a wallet. Without it the page reloads by itself.

import { create as createQr } from "qrcode";
import { formatMoney } from "../http/money.ts";
import { type BurnCalls, burnCalls, type Call, mintRecipientOf } from "./burnCalls.ts";
import { type CheckoutState, usdc, WORDINGS } from "./checkoutState.ts";
import { type Html, html } from "./html.ts";
import { displayName, type PaymentRoute } from "./paymentChains.ts";

/** What the page is made from. */
export interface PageInput {
  readonly state: CheckoutState;
  readonly routes: readonly PaymentRoute[];
  /** Our chain's id, for people. */
  readonly chainId: string;
}

/** White cells around a code, as ISO/IEC 18004 asks for. */
const QUIET_CELLS = 4;
const RELOAD_SECONDS = 15;

/** A QR code as SVG: one path, dark on light whatever the page's colours, since scanners want it so. */
export function qrSvg(text: string, label: string): Html {
  const { modules } = createQr(text, { errorCorrectionLevel: "M" });
  const size = modules.size + QUIET_CELLS * 2;
  const cells: string[] = [];
  for (let row = 0; row < modules.size; row += 1) {
    for (let column = 0; column < modules.size; column += 1) {
      if (modules.get(row, column) !== 0) cells.push(`M${column + QUIET_CELLS} ${row + QUIET_CELLS}h1v1h-1z`);
    }
  }
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path fill="#000" d="${cells.join("")}"/></svg>`;
}

function copyable(id: string, label: string, value: string): Html {
  return html`<div class="field">
  <span class="label" id="${id}-label">${label}</span>
  <span class="value"><code id="${id}">${value}</code><button type="button" class="copy" data-copy="${id}" aria-label="Copy ${label}">Copy</button></span>
</div>`;
}

function statusSection({ kind, orderId, expiresAt }: CheckoutState): Html {
  const { headline, detail, tone } = WORDINGS[kind];
  const countdown =
    expiresAt === undefined
      ? undefined
      : html`<p class="countdown" role="timer">Time left: <time id="countdown" datetime="${expiresAt}">until ${expiresAt.slice(0, 16).replace("T", " ")} UTC</time></p>`;
  return html`<section class="status ${tone}" aria-live="polite" data-live="status">
  <h1 id="headline" data-kind="${kind}">${headline}</h1>
  <p>${detail}</p>
  ${countdown}
  <p class="order">Order <span id="order-id">${orderId}</span></p>
</section>`;
}

function amountSection({ due, paid, total, excess, kind }: CheckoutState): Html {
  const { isPayable } = WORDINGS[kind];
  const rows = [
    isPayable && paid > 0n ? html`<div><dt>Received</dt><dd id="paid">${usdc(paid)}</dd></div>` : undefined,
    isPayable && paid > 0n ? html`<div><dt>Total</dt><dd>${usdc(total)}</dd></div>` : undefined,
    !isPayable && kind !== "paid" ? html`<div><dt>Received</dt><dd id="paid">${usdc(paid)}</dd></div>` : undefined,
    excess > 0n ? html`<div><dt>Too much</dt><dd id="excess">${usdc(excess)}</dd></div>` : undefined,
  ].filter((row) => row !== undefined);
  return html`<section class="amount" data-live="amount" aria-label="Amount">
  <p class="label">${isPayable ? "Amount due" : "Total"}</p>
  <p class="sum" id="amount">${formatMoney(isPayable ? due : total)} <span class="unit">USDC</span></p>
  ${rows.length > 0 ? html`<dl>${rows}</dl>` : undefined}
</section>`;
}

function callFields(prefix: string, title: string, call: Call): Html {
  const args = call.args.map(([name, value]) => html`<div><dt>${name}</dt><dd><code>${value}</code></dd></div>`);
  return html`<div class="call">
  <h4>${title}</h4>
  <p class="signature"><code>${call.signature}</code></p>
  <dl class="args">${args}</dl>
  ${copyable(`${prefix}-to`, "Contract", call.to)}
  ${copyable(`${prefix}-data`, "Call data", call.data)}
</div>`;
}

function routeDetails(state: CheckoutState, route: PaymentRoute): Html {
  const { chain, version } = route;
  const calls: BurnCalls = burnCalls(state, route);
  const name = displayName(chain);
  const prefix = `route-${chain.domain}-${version}`;
  const fee = calls.maxFee === 0n ? "no transfer fee" : `at most ${usdc(calls.maxFee)} of it is the transfer's fee`;
  return html`<details id="${prefix}" class="route" data-domain="${chain.domain}" data-version="${version}">
  <summary><span class="chain">${name}</span><span class="via">CCTP V${version}</span></summary>
  <p class="send">Send <strong>${usdc(calls.amount)}</strong> from ${name}: ${fee}.</p>
  <p class="wallet" hidden><button type="button" class="primary pay" data-chain-id="${chain.chainId}" data-name="${name}">Pay with a wallet on ${name}</button></p>
  <details id="${prefix}-calls" class="calls">
    <summary>Exact transactions</summary>
    <p>Chain id ${chain.chainId}, CCTP domain ${chain.domain}. Send both, in this order, from the account that holds the USDC.${version === 2 ? " A wallet button adds where a refund would go." : ""}</p>
    ${callFields(`${prefix}-approve`, "1. Allow", calls.approve)}
    ${callFields(`${prefix}-burn`, "2. Burn", calls.burn)}
  </details>
</details>`;
}

function paymentSection({ state, routes, chainId }: PageInput): Html {
  // What is current first, then what is older.
  const options = [...routes].sort((a, b) => b.version - a.version).map((route) => routeDetails(state, route));
  return html`<section class="pay" data-live="pay" aria-label="How to pay">
  <div class="deposit">
    ${qrSvg(state.depositAddress, `QR code of the address ${state.depositAddress}`)}
    <div>
      <h2>Send to this address</h2>
      <p>USDC on <strong>${chainId}</strong>, exactly the amount due. The address belongs to this order alone.</p>
      ${copyable("deposit-address", "Address", state.depositAddress)}
    </div>
  </div>
  ${
    options.length > 0
      ? html`<h2>Or pay from another chain</h2>
  <p class="note">Circle's CCTP burns the USDC there and mints it for this order here. It takes from seconds to minutes, as long as that chain needs to be final.</p>
  ${options}
  <details id="by-hand" class="route"><summary><span class="chain">Another wallet or bridge</span><span class="via">by hand</span></summary>
  <p>Mint recipient of a CCTP burn for this order:</p>
  ${copyable("mint-recipient", "32 bytes", mintRecipientOf(state.depositAddress))}
  </details>`
      : undefined
  }
</section>`;
}

/** Around every page. */
function documentOf(title: string, main: Html, head?: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/pay/assets/checkout.css">
${head}
</head>
<body>
${main}
</body>
</html>
`.text;
}

/** The page of an order. */
export function checkoutPage(input: PageInput): string {
  const { state } = input;
  const { headline, isPayable } = WORDINGS[state.kind];
  const title = `${headline}: ${usdc(isPayable ? state.due : state.total)}`;
  const head = html`<noscript><meta http-equiv="refresh" content="${RELOAD_SECONDS}"></noscript>
<script type="module" src="/pay/assets/checkout.js"></script>`;
  const main = html`<main data-order="${state.orderId}" data-revision="${state.revision}">
<div class="card">
${statusSection(state)}
${amountSection(state)}
${isPayable ? paymentSection(input) : html`<section class="pay" data-live="pay" hidden></section>`}
<p id="wallet-status" class="wallet-status" role="status" hidden></p>
</div>
<footer>
  <p id="connection" role="status"></p>
  <p>Payment is checked on the chain. Nobody will ask you for a key or a seed phrase.</p>
</footer>
</main>`;
  return documentOf(title, main, head);
}

/** The page of no order. */
export function missingPage(): string {
  return documentOf(
    "No such order",
    html`<main><div class="card"><section class="status bad"><h1>No such order</h1><p>The link is not complete, or the order is very new. Please try again in a moment.</p></section></div></main>`,
  );
}
