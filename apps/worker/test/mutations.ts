/** Messages with one thing wrong: for readers that must call it unknown, and never throw or make something up. */
import { marketEvent } from '@faultline/market/event'
import fc from 'fast-check'
import { expect } from 'vitest'

type Path = readonly (string | number)[]

/** What a field may become; nothing of it is a zero. */
const WRONG = [undefined, null, '', 'x', '-1', -1, Number.NaN, Number.POSITIVE_INFINITY, '1e400', '9'.repeat(60), 1e300, {}, [], [[]], true]

/** Ways to everything in a message. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]))]
}

function changed(value: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to
  const inner = changed((value as Record<string, unknown>)[key], rest, to)
  if (Array.isArray(value)) return inner === undefined ? value.filter((_, i) => i !== key) : value.with(Number(key), inner)
  const { [key]: _, ...others } = value as Record<string, unknown>
  return inner === undefined ? others : { ...others, [key]: inner }
}

/** One of `messages`, with a field that is missing, of another type or beyond belief. */
export const mutated = (messages: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc
    .constantFrom(...messages.flatMap((message) => pathsOf(message).map((path) => ({ message, path }))))
    .chain(({ message, path }) => fc.constantFrom(...WRONG).map((to) => changed(message, path, to)))

/** What came of messages that hold no zeros: events that keep to the schema, without one. */
export function expectHonest(events: readonly unknown[]): void {
  for (const event of events) {
    expect(marketEvent.safeParse(event).error).toBeUndefined()
    expect(JSON.stringify(event, (_, v: unknown) => (v === 0 ? 'ZERO' : v))).not.toContain('ZERO')
  }
}
