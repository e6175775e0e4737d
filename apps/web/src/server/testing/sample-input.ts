import { z } from 'zod'

/** A JSON schema, as far as inputs of procedures use it. */
interface Schema {
  type?: string | string[]
  format?: string
  pattern?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minItems?: number
  minimum?: number
  exclusiveMinimum?: number
  maximum?: number
  minLength?: number
  default?: unknown
}

export interface Sample {
  value: unknown
  /** where in it ids of rows stand */
  ids: (string | number)[][]
}

/**
 * Something that a procedure's input takes, made of its schemas: every field filled, every id `id`, so that what a foreign id does
 * can be tried on each procedure there is. The first of alternatives, but one with an id rather than null.
 */
export const sampleInput = (inputs: readonly z.ZodType[], id: string): Sample => sampleOf(inputs, id, 0)

/** One for each of the alternatives that an input has: of a saved item, a layout, a view and a watchlist. */
export function sampleInputs(inputs: readonly z.ZodType[], id: string): Sample[] {
  const samples: Sample[] = []
  for (let variant = 0; ; variant++) {
    const sample = sampleOf(inputs, id, variant)
    if (variant > 0 && samples.some(({ value }) => JSON.stringify(value) === JSON.stringify(sample.value))) return samples
    samples.push(sample)
  }
}

function sampleOf(inputs: readonly z.ZodType[], id: string, variant: number): Sample {
  const ids: Sample['ids'] = []
  let value: unknown
  for (const input of inputs) {
    const part = build(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Schema, { id, variant }, [], ids)
    value = isRecord(value) && isRecord(part) ? { ...value, ...part } : part
  }
  return { value, ids }
}

function build(schema: Schema, given: { id: string; variant: number }, path: (string | number)[], ids: Sample['ids']): unknown {
  if ('const' in schema) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => build(part, given, path, ids)))
  const alternatives = schema.anyOf ?? schema.oneOf
  if (alternatives) {
    const full = alternatives.filter(({ type }) => type !== 'null')
    const chosen = full[given.variant % full.length] ?? alternatives[0]
    return chosen && build(chosen, given, path, ids)
  }
  const type = Array.isArray(schema.type) ? schema.type.find((name) => name !== 'null') : schema.type
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, field]) => [name, build(field, given, [...path, name], ids)]),
      )
    case 'array':
      return schema.items
        ? Array.from({ length: Math.max(1, schema.minItems ?? 0) }, (_, i) => build(schema.items as Schema, given, [...path, i], ids))
        : []
    case 'integer':
    case 'number':
      return Math.min(schema.maximum ?? Infinity, Math.max(schema.minimum ?? 1, (schema.exclusiveMinimum ?? 0) + 1, 1))
    case 'boolean':
      return true
    case 'string':
      if (schema.format === 'uuid') {
        ids.push(path)
        return given.id
      }
      if (schema.format === 'email') return 'somebody@example.org'
      if (schema.format === 'date-time') return '2026-01-01T00:00:00.000Z'
      if (schema.format === 'uri') return 'https://example.org/'
      return 'abcdefghijklmnop'.padEnd(schema.minLength ?? 0, 'x')
    case 'null':
      return null
    default:
      return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
