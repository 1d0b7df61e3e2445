// What the HTTP API shows of a relayer.

import { MESSAGE_STATES } from "../journal/states.ts";
import type { RelayerCore } from "../relayerCore.ts";
import type { ApiBackend } from "./api.ts";
import { messageDetails, messageView, type View } from "./views.ts";

/** The relayer as the API sees it. */
export function apiBackend(core: RelayerCore): ApiBackend {
  const nameOf = (domain: number) => core.routing.nameOf(domain);
  return {
    registry: core.metrics.registry,
    status: async () => statusView(core),
    problems: () => core.problems(),
    list: async (state, page) => (await core.journal.byState(state, page)).map((record) => messageView(record, nameOf)),
    find: async (hash) => (await core.journal.byHash(hash)).map((record) => messageDetails(record, nameOf)),
    async retry(hash) {
      const records = await core.journal.byHash(hash);
      if (records.length === 0) return undefined;
      const retried = await Promise.all(records.map((record) => core.retry(record)));
      return retried.flatMap((record) => (record === undefined ? [] : [messageView(record, nameOf)]));
    },
    async relayTx(domain, txHash) {
      const records = await core.relayTx(domain, txHash);
      return records?.map((record) => messageView(record, nameOf));
    },
  };
}

function statusView(core: RelayerCore): View {
  return {
    messages: Object.fromEntries(MESSAGE_STATES.map((state) => [state, core.journal.count(state)])),
    sources: core.heights().map(({ chain, domain, latest, scanned, fast, standard }) => ({
      chain,
      domain,
      height: latest.toString(),
      scanned: scanned.toString(),
      scanned_fast: fast.toString(),
      scanned_final: standard.toString(),
    })),
    wallets: core.wallets().map(({ chain, address, balance, unit, balanceMin, inFlight }) => ({
      chain,
      address,
      balance: balance?.toString() ?? null,
      balance_min: balanceMin.toString(),
      unit,
      in_flight: inFlight,
    })),
    routes: core.config.routes.map(({ from, to, versions, attestation }) => ({
      from,
      to,
      versions: versions.map((version) => `v${version}`).join(" "),
      attestation,
    })),
    problems: core.problems().map((problem) => ({ ...problem })),
  };
}
