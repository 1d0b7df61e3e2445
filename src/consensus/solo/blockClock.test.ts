// Cases: the machine's clock; a clock that stands still or goes back; a time that was set; advance; resume; a setting that is restored; refusals.

import { describe, expect, test } from "vitest";
import { BlockClock } from "./blockClock.ts";

function setUp(startNs: bigint) {
  const machine = { nowNs: startNs };
  return { machine, clock: new BlockClock(() => machine.nowNs) };
}

describe("BlockClock", () => {
  test("default: the machine's time", () => {
    expect(setUp(5_000_000n).clock.nextBlockTime(1n)).toBe(5_000_000n);
  });

  test("behavior: a millisecond after the last block when the machine is not ahead of it", () => {
    const { clock, machine } = setUp(5_000_000n);
    expect(clock.nextBlockTime(5_000_000n)).toBe(6_000_000n);
    machine.nowNs = 1n;
    expect(clock.nextBlockTime(6_000_000n)).toBe(7_000_000n);
  });

  test("behavior: a time that was set is used once, and the clock goes on from it", () => {
    const { clock, machine } = setUp(1000n);
    clock.setNext(5000n, 100n);
    expect(clock.nextBlockTime(100n)).toBe(5000n);
    machine.nowNs = 1300n;
    expect(clock.nextBlockTime(5000n)).toBe(5300n);
  });

  test("behavior: advancing moves all later blocks, also one whose time was set", () => {
    const { clock, machine } = setUp(1000n);
    clock.advance(500n);
    expect(clock.nextBlockTime(1n)).toBe(1500n);
    clock.setNext(9000n, 1500n);
    clock.advance(1000n);
    expect(clock.nextBlockTime(1500n)).toBe(10_000n);
    machine.nowNs = 1001n;
    expect(clock.nextBlockTime(10_000n)).toBe(10_001n);
  });

  test("behavior: resumes from a last block that is ahead, and only then", () => {
    const { clock, machine } = setUp(1000n);
    clock.resume(500n);
    expect(clock.nextBlockTime(500n)).toBe(1000n);
    clock.resume(90_000_000n);
    machine.nowNs = 2000n;
    expect(clock.nextBlockTime(90_000_000n)).toBe(90_001_000n);
  });

  test("behavior: a setting that is restored tells the machine's time since, as if nothing had moved the clock", () => {
    const { clock, machine } = setUp(1000n);
    clock.advance(500n);
    clock.setNext(9000n, 1n);
    const { setting } = clock;
    expect(clock.nowNs).toBe(9000n);
    expect(clock.nextBlockTime(1n)).toBe(9000n);
    clock.advance(70_000n);
    clock.restore(setting);
    expect(clock.nextBlockTime(1n)).toBe(9000n);
    clock.restore({ ...setting, nextNs: undefined });
    machine.nowNs = 1010n;
    expect(clock.nowNs).toBe(1510n);
    expect(clock.nextBlockTime(1n)).toBe(1510n);
  });

  test("error: a time that is not after the last block, a step back", () => {
    const { clock } = setUp(1000n);
    expect(() => clock.setNext(100n, 100n)).toThrow(RangeError);
    expect(() => clock.advance(-1n)).toThrow(RangeError);
  });

  test("error: further than the year 2200, also in several steps", () => {
    const { clock } = setUp(1000n);
    const centuryNs = 3_155_760_000_000_000_000n;
    clock.advance(centuryNs);
    clock.advance(centuryNs);
    expect(() => clock.advance(centuryNs)).toThrow(RangeError);
    expect(() => clock.setNext(2n ** 63n - 1n, 1n)).toThrow(RangeError);
    expect(clock.nextBlockTime(1n)).toBe(1000n + 2n * centuryNs);
  });
});
