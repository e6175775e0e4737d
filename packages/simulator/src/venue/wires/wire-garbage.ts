/** Frames that no reader should believe, for any wire format: most are made of a good frame by breaking it in one way. */
import type { Random } from '../../random.ts'
import type { Json } from '../wire.ts'

const ABSURD: readonly Json[] = [-1, 'NaN', '1e999', '', 'yesterday', [], {}, true, null, 'lots', -1e300]

/** One way of being wrong per entry. `good` is a frame of the socket's own, or an empty text. */
const KINDS: readonly ((good: string, random: Random) => string | Buffer)[] = [
  // no JSON
  () => '<html><body><h1>502 Bad Gateway</h1></body></html>',
  (good) => good.slice(0, Math.ceil(good.length / 2)),
  () => '',
  // an unknown shape
  () => JSON.stringify({ hello: 'world' }),
  () => JSON.stringify([[], {}, null]),
  // missing fields
  (good, random) => broken(good, random, () => undefined),
  // absurd fields
  (good, random) => broken(good, random, () => ABSURD[random.below(ABSURD.length)]),
  (good, random) => broken(good, random, (value) => (typeof value === 'string' ? value.repeat(200) : value)),
  // binary
  (_, random) => Buffer.from(Array.from({ length: 1 + random.below(64) }, () => random.below(256))),
]

export function brokenFrame(random: Random, good: string): string | Buffer {
  const make = KINDS[random.below(KINDS.length)] as (typeof KINDS)[number]
  return make(good, random)
}

/** The frame with about a third of its values replaced; undefined leaves a field out. */
function broken(good: string, random: Random, replace: (value: Json) => Json | undefined): string {
  let frame: Json
  try {
    frame = JSON.parse(good) as Json
  } catch {
    return JSON.stringify({ data: [null] })
  }
  const walk = (value: Json): Json | undefined => {
    if (typeof value !== 'object' || value === null) return random.chance(0.3) ? replace(value) : value
    if (Array.isArray(value)) return value.map((child) => walk(child) ?? null)
    return Object.fromEntries(Object.entries(value).flatMap(([name, child]) => ((c) => (c === undefined ? [] : [[name, c]]))(walk(child))))
  }
  return JSON.stringify(walk(frame) ?? null)
}
