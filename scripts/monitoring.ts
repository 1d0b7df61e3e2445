// Writes docs/monitoring: a Grafana dashboard and Prometheus alerts, from the tables below.
// `npx tsx scripts/monitoring.ts` writes; monitoring.test.ts compares, and asks the processes for each metric of ours that is named.

import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const FOLDER = "docs/monitoring";
/** Grafana lays panels on a grid of so many columns. */
const GRID_COLUMNS = 24;
const PANEL_HEIGHT = 8;
const PANELS_A_ROW = 3;

/** One chart. `{{label}}` in a legend is Grafana's. */
interface Panel {
  readonly title: string;
  /** Grafana's name of a unit. */
  readonly unit: string;
  /** Legend and PromQL of each line. */
  readonly lines: Readonly<Record<string, string>>;
}

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

function quantiles(histogram: string, label: string): Panel["lines"] {
  const line = (quantile: number) =>
    `histogram_quantile(${quantile}, sum by (le, ${label}) (rate(${histogram}_bucket[$__rate_interval])))`;
  return { [`p50 {{${label}}}`]: line(0.5), [`p95 {{${label}}}`]: line(0.95) };
}

function rateBy(counter: string, label: string): Panel["lines"] {
  return { [`{{${label}}}`]: `sum by (${label}) (rate(${counter}[$__rate_interval]))` };
}

const CHAIN: Row = {
  title: "Chain",
  panels: [
    { title: "Height", unit: "none", lines: { "{{instance}}": "stateset_block_height" } },
    { title: "Transactions in blocks", unit: "ops", lines: rateBy("stateset_txs_total", "code") },
    { title: "Stages of a block", unit: "s", lines: quantiles("stateset_block_stage_seconds", "stage") },
    {
      title: "Checks that were refused",
      unit: "ops",
      lines: {
        "{{codespace}} {{code}}": 'sum by (codespace, code) (rate(stateset_checks_total{code!="0"}[$__rate_interval]))',
      },
    },
    { title: "Mempool of the embedded node", unit: "none", lines: { "{{instance}}": "stateset_mempool_txs" } },
    {
      title: "Memory",
      unit: "bytes",
      lines: {
        "process {{instance}}": "process_resident_memory_bytes",
        "trees {{instance}}": "sum by (instance) (stateset_state_memory_bytes)",
      },
    },
    { title: "Time of a JSON-RPC request", unit: "s", lines: quantiles("stateset_rpc_request_seconds", "method") },
    { title: "JSON-RPC requests", unit: "reqps", lines: rateBy("stateset_rpc_requests_total", "outcome") },
    { title: "Delay of the event loop", unit: "s", lines: { "p99 {{instance}}": "nodejs_eventloop_lag_p99_seconds" } },
  ],
};

const COMETBFT: Row = {
  title: "CometBFT",
  panels: [
    { title: "Height", unit: "none", lines: { "{{instance}}": "cometbft_consensus_height" } },
    { title: "Rounds beyond the first", unit: "none", lines: { "{{instance}}": "cometbft_consensus_rounds" } },
    {
      title: "Validators that are missing",
      unit: "none",
      lines: {
        "missing {{instance}}": "cometbft_consensus_missing_validators",
        "byzantine {{instance}}": "cometbft_consensus_byzantine_validators",
      },
    },
    {
      title: "Time between blocks",
      unit: "s",
      lines: {
        "{{instance}}":
          "rate(cometbft_consensus_block_interval_seconds_sum[$__rate_interval]) / rate(cometbft_consensus_block_interval_seconds_count[$__rate_interval])",
      },
    },
    { title: "Peers", unit: "none", lines: { "{{instance}}": "cometbft_p2p_peers" } },
    { title: "Mempool", unit: "none", lines: { "{{instance}}": "cometbft_mempool_size" } },
  ],
};

const BRIDGE: Row = {
  title: "Bridge",
  panels: [
    { title: "Final burn to delivery", unit: "s", lines: quantiles("stateset_relayer_delivery_seconds", "route") },
    { title: "Messages on their way", unit: "none", lines: { "{{route}} {{state}}": "stateset_relayer_messages" } },
    {
      title: "Oldest message, and messages that wait for somebody",
      unit: "none",
      lines: { "age {{route}}": "stateset_relayer_oldest_seconds", parked: "stateset_relayer_parked_messages" },
    },
    { title: "Wallets", unit: "none", lines: { "{{chain}} {{unit}}": "stateset_relayer_wallet_balance" } },
    {
      title: "Blocks behind a source chain",
      unit: "none",
      lines: {
        "relayer {{chain}}": "stateset_relayer_chain_height - stateset_relayer_chain_scanned",
        "attester {{chain}}": "stateset_attester_chain_height - stateset_attester_scanned_height",
      },
    },
    {
      title: "Sight to attestation",
      unit: "s",
      lines: quantiles("stateset_attester_attestation_seconds", "source"),
    },
  ],
};

const ORDERS_API: Row = {
  title: "Orders API",
  panels: [
    { title: "Requests", unit: "reqps", lines: rateBy("stateset_gateway_requests_total", "status") },
    { title: "Time of a request", unit: "s", lines: quantiles("stateset_gateway_request_seconds", "route") },
    {
      title: "Blocks that the read model is behind",
      unit: "none",
      lines: { "{{instance}}": "stateset_gateway_read_model_lag_blocks" },
    },
    { title: "Webhooks", unit: "ops", lines: rateBy("stateset_gateway_webhook_tries_total", "outcome") },
    { title: "Webhooks that wait", unit: "none", lines: { "{{state}}": "stateset_gateway_webhook_outbox" } },
    { title: "Oldest webhook", unit: "s", lines: { "{{instance}}": "stateset_gateway_webhook_oldest_seconds" } },
  ],
};

export const ROWS: readonly Row[] = [CHAIN, COMETBFT, BRIDGE, ORDERS_API];

/** Something that somebody should look at. */
interface Alert {
  readonly name: string;
  readonly expression: string;
  readonly for: string;
  readonly severity: "page" | "ticket";
  /** What is wrong, and the first thing to do. */
  readonly summary: string;
}

export const ALERTS: readonly Alert[] = [
  {
    name: "ChainStandsStill",
    expression: "changes(stateset_block_height[2m]) == 0",
    for: "1m",
    severity: "page",
    summary: "No block for two minutes, where an empty one comes every five seconds: look at /dump_consensus_state.",
  },
  {
    name: "ValidatorMissing",
    expression: "cometbft_consensus_missing_validators > 0",
    for: "5m",
    severity: "ticket",
    summary: "A validator does not sign; downtime is punished after the window of x/slashing.",
  },
  {
    name: "DoubleSign",
    expression: "cometbft_consensus_byzantine_validators > 0",
    for: "0m",
    severity: "page",
    summary: "Two processes sign with one key: stop both.",
  },
  {
    name: "FewPeers",
    expression: "cometbft_p2p_peers < 2",
    for: "5m",
    severity: "ticket",
    summary: "A node has fewer than two peers.",
  },
  {
    name: "BlocksTooHeavy",
    expression:
      "sum by (instance) (rate(stateset_block_stage_seconds_sum[5m])) / sum by (instance) (rate(stateset_block_stage_seconds_count[5m])) > 0.25",
    for: "10m",
    severity: "ticket",
    summary: "A stage of a block takes a quarter of a second on average: the machine is too small for the load.",
  },
  {
    name: "TransferStuck",
    expression: "stateset_relayer_oldest_seconds > 3600",
    for: "5m",
    severity: "page",
    summary: "A transfer is on its way for an hour: `statesetd doctor` says why.",
  },
  {
    name: "TransferParked",
    expression: "stateset_relayer_parked_messages > 0",
    for: "5m",
    severity: "ticket",
    summary: "A message waits for somebody: `statesetd doctor` says for what.",
  },
  {
    name: "ReadModelBehind",
    expression: "stateset_gateway_read_model_lag_blocks > 50",
    for: "5m",
    severity: "page",
    summary: "The Orders API answers from the past: look at its database.",
  },
  {
    name: "WebhooksWait",
    expression: "stateset_gateway_webhook_oldest_seconds > 3600",
    for: "10m",
    severity: "ticket",
    summary: "A shop's server takes no webhooks for an hour: its deliveries say why.",
  },
  {
    name: "AttesterAlarm",
    expression: "increase(stateset_attester_alarms_total[10m]) > 0",
    for: "0m",
    severity: "page",
    summary: "The attester saw what must not be, such as a reorganisation after an attestation.",
  },
];

/** The dashboard as Grafana imports it. */
export function dashboard(): object {
  const panels: object[] = [];
  let y = 0;
  for (const { title, panels: charts } of ROWS) {
    panels.push({
      id: panels.length + 1,
      type: "row",
      title,
      collapsed: false,
      panels: [],
      gridPos: gridOf(0, y, GRID_COLUMNS, 1),
    });
    y += 1;
    const width = GRID_COLUMNS / PANELS_A_ROW;
    for (const [index, panel] of charts.entries()) {
      const gridPos = gridOf((index % PANELS_A_ROW) * width, y, width, PANEL_HEIGHT);
      panels.push(timeSeries(panels.length + 1, panel, gridPos));
      if (index % PANELS_A_ROW === PANELS_A_ROW - 1 || index === charts.length - 1) y += PANEL_HEIGHT;
    }
  }
  return {
    uid: "stateset",
    title: "StateSet",
    tags: ["stateset"],
    timezone: "utc",
    schemaVersion: 39,
    refresh: "10s",
    time: { from: "now-1h", to: "now" },
    templating: {
      list: [{ name: "datasource", type: "datasource", query: "prometheus", label: "Prometheus" }],
    },
    panels,
  };
}

function gridOf(x: number, y: number, w: number, h: number) {
  return { x, y, w, h };
}

function timeSeries(id: number, { title, unit, lines }: Panel, gridPos: object): object {
  const datasource = { type: "prometheus", uid: `$\{datasource}` };
  return {
    id,
    type: "timeseries",
    title,
    datasource,
    gridPos,
    fieldConfig: { defaults: { unit, custom: { fillOpacity: 8, showPoints: "never" } }, overrides: [] },
    options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } },
    targets: Object.entries(lines).map(([legendFormat, expr], index) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + index),
      datasource,
      legendFormat,
      expr,
    })),
  };
}

/** The alerts as a rule file of Prometheus. Texts are JSON strings, which are YAML. */
export function alertRules(): string {
  const rules = ALERTS.flatMap(({ name, expression, severity, summary, for: duration }) => [
    `      - alert: ${name}`,
    `        expr: ${JSON.stringify(expression)}`,
    `        for: ${duration}`,
    `        labels: { severity: ${severity} }`,
    `        annotations: { summary: ${JSON.stringify(summary)} }`,
  ]);
  return ["groups:", "  - name: stateset", "    rules:", ...rules, ""].join("\n");
}

/** File name and text of everything in docs/monitoring that is derived. */
export function monitoringFiles(): Readonly<Record<string, string>> {
  return {
    [`${FOLDER}/dashboard.json`]: `${JSON.stringify(dashboard(), null, 2)}\n`,
    [`${FOLDER}/alerts.yml`]: alertRules(),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const [file, text] of Object.entries(monitoringFiles())) writeFileSync(file, text);
}
