/** Good messages in which one thing is not as it was: for tests that a reader of them never throws and never makes anything up. */
import fc from 'fast-check'

/** What may stand where something else should. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, '', 'NaN', '1e999', '-1', '0', 0, -1, 1e300, '0x10', true, [], {}, '9'.repeat(60)),
  fc.jsonValue(),
)

type Path = readonly (string | number)[]

/** A message with one of its fields, at whatever depth, taken away or put in another's place. */
export const mutated = (good: fc.Arbitrary<() => unknown>): fc.Arbitrary<unknown> =>
  good.chain((make) =>
    fc.tuple(fc.constantFrom(...pathsOf(make())), fc.option(odd, { nil: undefined })).map(([path, value]) => changed(make(), path, value)),
  )

/** Every number in a value. */
export function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : []
}

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return path.length > 0 ? [path] : []
  const inner = Object.entries(value).flatMap(([key, v]) => pathsOf(v, [...path, Array.isArray(value) ? Number(key) : key]))
  return path.length > 0 ? [path, ...inner] : inner
}

function changed(value: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to
  if (Array.isArray(value)) return value.flatMap((v, i) => (i !== key ? [v] : to === undefined && rest.length === 0 ? [] : [changed(v, rest, to)]))
  const { [key]: old, ...others } = value as Record<string | number, unknown>
  return to === undefined && rest.length === 0 ? others : { ...others, [key]: changed(old, rest, to) }
}
