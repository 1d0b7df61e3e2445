// A store whose use costs gas, charged as cosmossdk.io/store v1.1 gaskv/store.go charges it.

import type { KvEntry, KvRange, KvStore } from "../store/kvStore.ts";
import { StoredValue } from "../store/storedValue.ts";
import { type GasMeter, KV_GAS } from "./gas.ts";

const READ_FLAT = "ReadFlat";
const READ_PER_BYTE = "ReadPerByte";
const WRITE_FLAT = "WriteFlat";
const WRITE_PER_BYTE = "WritePerByte";
const VALUE_PER_BYTE = "ValuePerByte";
const ITER_NEXT_FLAT = "IterNextFlat";

/** A view of a store that charges every access to a meter. Throws ErrOutOfGas before the access takes effect. */
export function gasStore(store: KvStore, gas: GasMeter): KvStore {
  return new GasStore(store, gas);
}

class GasStore implements KvStore {
  readonly #store: KvStore;
  readonly #gas: GasMeter;

  constructor(store: KvStore, gas: GasMeter) {
    this.#store = store;
    this.#gas = gas;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.find(key)?.bytes;
  }

  find(key: Uint8Array): StoredValue | undefined {
    this.#gas.consumeUnits(KV_GAS.readCostFlat, READ_FLAT);
    const value = this.#store.find(key);
    this.#gas.consumeUnits(KV_GAS.readCostPerByte * key.length, READ_PER_BYTE);
    this.#gas.consumeUnits(KV_GAS.readCostPerByte * (value?.length ?? 0), READ_PER_BYTE);
    return value;
  }

  has(key: Uint8Array): boolean {
    this.#gas.consumeUnits(KV_GAS.hasCost, "Has");
    return this.#store.has(key);
  }

  set(key: Uint8Array, value: Uint8Array): void {
    this.put(key, new StoredValue(value));
  }

  put(key: Uint8Array, value: StoredValue): void {
    this.#gas.consumeUnits(KV_GAS.writeCostFlat, WRITE_FLAT);
    this.#gas.consumeUnits(KV_GAS.writeCostPerByte * key.length, WRITE_PER_BYTE);
    this.#gas.consumeUnits(KV_GAS.writeCostPerByte * value.length, WRITE_PER_BYTE);
    this.#store.put(key, value);
  }

  delete(key: Uint8Array): void {
    this.#gas.consumeUnits(KV_GAS.deleteCost, "Delete");
    this.#store.delete(key);
  }

  *iterate(range?: KvRange): IterableIterator<KvEntry> {
    // Go charges the entry it stands on when the iterator is made and once more when it is left, and the flat part each
    // time, also when there is no entry. Who stops early does not leave the last entry.
    const entries = this.#store.iterate(range);
    let current = entries.next();
    this.#seek(current.done === true ? undefined : current.value);
    while (current.done !== true) {
      yield current.value;
      this.#seek(current.value);
      current = entries.next();
    }
  }

  #seek(entry: KvEntry | undefined): void {
    if (entry !== undefined) {
      this.#gas.consumeUnits(KV_GAS.readCostPerByte * entry[0].length, VALUE_PER_BYTE);
      this.#gas.consumeUnits(KV_GAS.readCostPerByte * entry[1].length, VALUE_PER_BYTE);
    }
    this.#gas.consumeUnits(KV_GAS.iterNextCostFlat, ITER_NEXT_FLAT);
  }
}
