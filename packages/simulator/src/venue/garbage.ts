/** Frames that no reader should believe: what the `garbage` fault puts between the good ones. */
import type { Random } from '../random.ts'

const TIME = 1_700_000_000_000
const kline = {
  t: TIME,
  T: TIME + 59_999,
  i: '1m',
  f: 1,
  L: 2,
  o: '1',
  c: '1',
  h: '1',
  l: '1',
  v: '1',
  n: 2,
  x: true,
  q: '1',
  V: '1',
  Q: '1',
  B: '0',
}
const order = { o: 'LIMIT', f: 'IOC', S: 'SELL', q: '1', p: '1', ap: '1', X: 'FILLED', l: '1', z: '1', T: TIME }

/** One way of being wrong per entry; `s` is the symbol that the socket listens to. */
const KINDS: readonly ((s: string, random: Random) => string | Buffer)[] = [
  // no JSON
  () => '<html><body><h1>502 Bad Gateway</h1></body></html>',
  (s) => `{"e":"kline","E":${TIME},"s":"${s}","k":{"t":`,
  () => '',
  // an unknown shape
  (s) => JSON.stringify({ e: 'mysteryUpdate', E: TIME, s, v: [1, 2, 3] }),
  () => JSON.stringify([[], {}, null]),
  () => JSON.stringify({ hello: 'world' }),
  // missing fields
  (s) => JSON.stringify({ e: 'kline', E: TIME, s, k: { t: TIME, T: TIME + 59_999, i: '1m', x: true } }),
  () => JSON.stringify({ e: 'forceOrder', E: TIME }),
  (s) => JSON.stringify({ e: 'markPriceUpdate', E: TIME, s }),
  (s) => JSON.stringify({ e: 'depthUpdate', E: TIME, s, b: [['1']], a: null }),
  // absurd fields
  (s) => JSON.stringify({ e: 'kline', E: TIME, s, k: { ...kline, s, o: '-1', h: 'NaN', l: '1e999', c: '' } }),
  (s) => JSON.stringify({ e: 'kline', E: TIME, s, k: { ...kline, s, t: 'yesterday', T: -5 } }),
  (s) => JSON.stringify({ e: 'kline', E: TIME, s, k: { ...kline, s, h: '1', l: '2' } }),
  (s) => JSON.stringify({ e: 'forceOrder', E: TIME, o: { ...order, s, S: 'SIDEWAYS', q: '-3', ap: 'zero' } }),
  (s) => JSON.stringify({ e: 'markPriceUpdate', E: TIME, s, p: '-5', i: {}, r: 'lots', T: '1e99' }),
  (s) => JSON.stringify({ e: 'aggTrade', E: TIME, s, a: 'first', p: [], q: true, f: 2, l: 1, T: 1, m: 'maybe' }),
  (s) => JSON.stringify({ e: 'kline', E: TIME, s: s.repeat(200), k: { ...kline, s: s.repeat(200) } }),
  // binary
  (_, random) => Buffer.from(Array.from({ length: 1 + random.below(64) }, () => random.below(256))),
]

/** A bad frame for a socket that listens to the stream `name`. */
export function garbageFrame(random: Random, name: string): string | Buffer {
  const symbol = (name.startsWith('!') ? 'nobody' : (name.split('@')[0] ?? '')).toUpperCase()
  const make = KINDS[random.below(KINDS.length)] as (typeof KINDS)[number]
  return make(symbol, random)
}
