// Cases: every message that the chain handles is in the registry, and no answer; every rpc of x/orders is in the extension.

import { describe, expect, test } from "vitest";
import { appRegistry } from "../../../app/registry.ts";
import { setupOrdersExtension } from "./ordersExtension.ts";
import { stateSetMessageTypes, stateSetRegistry } from "./registry.ts";

const services = appRegistry().services();

describe("the SDK's view of the chain", () => {
  test("default: the registry has every message of the chain", () => {
    const registry = stateSetRegistry();
    const inputs = services
      .filter(({ isMsgService, name }) => isMsgService && /^(stateset|circle)\./.test(name))
      .flatMap(({ methods }) => methods.map(({ inputType }) => `/${inputType}`));
    expect(inputs.length).toBeGreaterThan(60);
    expect(inputs.filter((typeUrl) => registry.lookupType(typeUrl) === undefined)).toEqual([]);
    expect(new Set(stateSetMessageTypes.map(([typeUrl]) => typeUrl))).toEqual(new Set(inputs));
  });

  test("default: the extension asks every rpc, by its path", async () => {
    const asked: string[] = [];
    const base = {
      queryAbci: async (path: string) => {
        asked.push(path);
        return { value: new Uint8Array(0), height: 1 };
      },
    };
    // The extension uses nothing else of a QueryClient.
    const { stateSetOrders } = setupOrdersExtension(base as unknown as Parameters<typeof setupOrdersExtension>[0]);
    for (const ask of Object.values(stateSetOrders)) await ask({});
    const service = services.find(({ name }) => name === "stateset.orders.v1.Query");
    expect(asked.sort()).toEqual(service?.methods.map(({ path }) => path).sort());
  });
});
