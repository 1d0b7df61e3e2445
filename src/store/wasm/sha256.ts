// SHA-256 (FIPS 180-4) of four messages at once, a word of each in a 128-bit register; and the messages that wait until
// four of the same number of blocks are together.

import { SCHEDULE, WAITING } from "./layout";

const FRACTIONS_OF_ROOTS = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);

@inline function rotate(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shr_u(x, bits), i32x4.shl(x, 32 - bits));
}

@inline function swapBytes(x: v128): v128 {
  return v128.shuffle<u8>(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/** The first half of a round: what is added to d and, with `second`, becomes a. */
@inline function first(e: v128, f: v128, g: v128, h: v128, round: usize): v128 {
  const sigma = v128.xor(v128.xor(rotate(e, 6), rotate(e, 11)), rotate(e, 25));
  const word = i32x4.add(v128.load(SCHEDULE + (round << 4)), v128.load32_splat(FRACTIONS_OF_ROOTS + (round << 2)));
  return i32x4.add(i32x4.add(i32x4.add(h, sigma), v128.bitselect(f, g, e)), word);
}

@inline function second(a: v128, b: v128, c: v128): v128 {
  const sigma = v128.xor(v128.xor(rotate(a, 2), rotate(a, 13)), rotate(a, 22));
  // Where a and b agree it is theirs, elsewhere c decides.
  return i32x4.add(sigma, v128.bitselect(c, a, v128.xor(a, b)));
}

/** Four words of each message, one below the other. */
@inline function loadWords(at: usize, a: usize, b: usize, c: usize, d: usize): void {
  const w = v128.load(a);
  const x = v128.load(b);
  const y = v128.load(c);
  const z = v128.load(d);
  const wxLow = v128.shuffle<u32>(w, x, 0, 4, 1, 5);
  const wxHigh = v128.shuffle<u32>(w, x, 2, 6, 3, 7);
  const yzLow = v128.shuffle<u32>(y, z, 0, 4, 1, 5);
  const yzHigh = v128.shuffle<u32>(y, z, 2, 6, 3, 7);
  v128.store(at, swapBytes(v128.shuffle<u64>(wxLow, yzLow, 0, 2)));
  v128.store(at, swapBytes(v128.shuffle<u64>(wxLow, yzLow, 1, 3)), 16);
  v128.store(at, swapBytes(v128.shuffle<u64>(wxHigh, yzHigh, 0, 2)), 32);
  v128.store(at, swapBytes(v128.shuffle<u64>(wxHigh, yzHigh, 1, 3)), 48);
}

function schedule(a: usize, b: usize, c: usize, d: usize): void {
  for (let at: usize = 0; at < 64; at += 16) loadWords(SCHEDULE + (at << 2), a + at, b + at, c + at, d + at);
  for (let at: usize = SCHEDULE; at < SCHEDULE + 48 * 16; at += 16) {
    const early = v128.load(at, 16);
    const late = v128.load(at, 14 * 16);
    const small0 = v128.xor(v128.xor(rotate(early, 7), rotate(early, 18)), i32x4.shr_u(early, 3));
    const small1 = v128.xor(v128.xor(rotate(late, 17), rotate(late, 19)), i32x4.shr_u(late, 10));
    const sum = i32x4.add(i32x4.add(v128.load(at), small0), i32x4.add(v128.load(at, 9 * 16), small1));
    v128.store(at, sum, 256);
  }
}

/** Four words of the four digests, from the words that are one below the other. */
@inline function storeWords(words0: v128, words1: v128, words2: v128, words3: v128, waiting: usize, offset: usize): void {
  const low01 = v128.shuffle<u32>(words0, words1, 0, 4, 1, 5);
  const high01 = v128.shuffle<u32>(words0, words1, 2, 6, 3, 7);
  const low23 = v128.shuffle<u32>(words2, words3, 0, 4, 1, 5);
  const high23 = v128.shuffle<u32>(words2, words3, 2, 6, 3, 7);
  v128.store(<usize>load<u32>(waiting, 20) + offset, swapBytes(v128.shuffle<u64>(low01, low23, 0, 2)));
  v128.store(<usize>load<u32>(waiting, 24) + offset, swapBytes(v128.shuffle<u64>(low01, low23, 1, 3)));
  v128.store(<usize>load<u32>(waiting, 28) + offset, swapBytes(v128.shuffle<u64>(high01, high23, 0, 2)));
  v128.store(<usize>load<u32>(waiting, 32) + offset, swapBytes(v128.shuffle<u64>(high01, high23, 1, 3)));
}

function hashFour(waiting: usize, blocks: u32): void {
  let m0 = <usize>load<u32>(waiting, 4);
  let m1 = <usize>load<u32>(waiting, 8);
  let m2 = <usize>load<u32>(waiting, 12);
  let m3 = <usize>load<u32>(waiting, 16);
  let s0 = i32x4.splat(0x6a09e667);
  let s1 = i32x4.splat(0xbb67ae85);
  let s2 = i32x4.splat(0x3c6ef372);
  let s3 = i32x4.splat(0xa54ff53a);
  let s4 = i32x4.splat(0x510e527f);
  let s5 = i32x4.splat(0x9b05688c);
  let s6 = i32x4.splat(0x1f83d9ab);
  let s7 = i32x4.splat(0x5be0cd19);
  for (let block: u32 = 0; block < blocks; block += 1) {
    schedule(m0, m1, m2, m3);
    let a = s0;
    let b = s1;
    let c = s2;
    let d = s3;
    let e = s4;
    let f = s5;
    let g = s6;
    let h = s7;
    // Instead of moving the eight variables along, their names move.
    for (let round: usize = 0; round < 64; round += 8) {
      h = first(e, f, g, h, round);
      d = i32x4.add(d, h);
      h = i32x4.add(h, second(a, b, c));
      g = first(d, e, f, g, round + 1);
      c = i32x4.add(c, g);
      g = i32x4.add(g, second(h, a, b));
      f = first(c, d, e, f, round + 2);
      b = i32x4.add(b, f);
      f = i32x4.add(f, second(g, h, a));
      e = first(b, c, d, e, round + 3);
      a = i32x4.add(a, e);
      e = i32x4.add(e, second(f, g, h));
      d = first(a, b, c, d, round + 4);
      h = i32x4.add(h, d);
      d = i32x4.add(d, second(e, f, g));
      c = first(h, a, b, c, round + 5);
      g = i32x4.add(g, c);
      c = i32x4.add(c, second(d, e, f));
      b = first(g, h, a, b, round + 6);
      f = i32x4.add(f, b);
      b = i32x4.add(b, second(c, d, e));
      a = first(f, g, h, a, round + 7);
      e = i32x4.add(e, a);
      a = i32x4.add(a, second(b, c, d));
    }
    s0 = i32x4.add(s0, a);
    s1 = i32x4.add(s1, b);
    s2 = i32x4.add(s2, c);
    s3 = i32x4.add(s3, d);
    s4 = i32x4.add(s4, e);
    s5 = i32x4.add(s5, f);
    s6 = i32x4.add(s6, g);
    s7 = i32x4.add(s7, h);
    m0 += 64;
    m1 += 64;
    m2 += 64;
    m3 += 64;
  }
  storeWords(s0, s1, s2, s3, waiting, 0);
  storeWords(s4, s5, s6, s7, waiting, 16);
}

/** The most blocks of a message. */
export const BLOCKS_MAX: u32 = 64;
const WAITING_BYTES: usize = 36;

@inline export function blocksOf(length: usize): u32 {
  return <u32>((length + 9 + 63) >> 6);
}

@inline function waitingOf(blocks: u32): usize {
  return WAITING + <usize>blocks * WAITING_BYTES;
}

/** How many messages of so many blocks wait: 0 to 3. */
@inline export function waitingCount(blocks: u32): u32 {
  return load<u32>(waitingOf(blocks));
}

/** Takes a message with room for its padding. It must stay as it is until its digest, 32 bytes, is at `target`. */
export function submit(message: usize, length: usize, target: usize): void {
  const blocks = blocksOf(length);
  const end = message + (<usize>blocks << 6);
  store<u8>(message + length, 0x80);
  // PERF: memory.fill is a call out of the module.
  let at = message + length + 1;
  for (; at + 8 <= end; at += 8) store<u64>(at, 0);
  for (; at < end; at += 1) store<u8>(at, 0);
  store<u32>(end - 4, bswap<u32>(<u32>length << 3));
  const waiting = waitingOf(blocks);
  const count = load<u32>(waiting);
  store<u32>(waiting + 4 + (<usize>count << 2), <u32>message);
  store<u32>(waiting + 20 + (<usize>count << 2), <u32>target);
  if (count == 3) {
    store<u32>(waiting, 0);
    hashFour(waiting, blocks);
  } else store<u32>(waiting, count + 1);
}

/** Hashes what waits. A lane without a message does what the first one does. */
export function flush(): void {
  for (let blocks: u32 = 1; blocks <= BLOCKS_MAX; blocks += 1) {
    const waiting = waitingOf(blocks);
    const count = load<u32>(waiting);
    if (count == 0) continue;
    for (let lane: usize = count; lane < 4; lane += 1) {
      store<u32>(waiting + 4 + (lane << 2), load<u32>(waiting, 4));
      store<u32>(waiting + 20 + (lane << 2), load<u32>(waiting, 20));
    }
    store<u32>(waiting, 0);
    hashFour(waiting, blocks);
  }
}
