/** The form of a new source: text in fields, and what it means. */
import { type Problem, readAddress, readDays, readSymbols } from './edit-form.ts'

const NEW_SOURCE_FIELDS = ['name', 'restUrl', 'wsUrl', 'symbols', 'backfillDays', 'priority'] as const
export type NewSourceField = (typeof NEW_SOURCE_FIELDS)[number]
export type NewSourceFields = Record<NewSourceField, string>

export interface NewSource {
  /** empty: the venue's name */
  name: string
  restUrl: string | null
  wsUrl: string | null
  symbols: string[]
  backfillDays: number | null
  priority: number
}

/** A whole number from 0 to 1000. */
export function readPriority(text: string): number | Problem {
  const typed = text.trim()
  const priority = Number(typed)
  return /^\d{1,4}$/.test(typed) && priority <= 1000 ? priority : { kind: 'priority' }
}

/** What is to be made, or what is wrong. */
export function readNewSource(
  fields: NewSourceFields,
): { source: NewSource; problems: null } | { source: null; problems: Partial<Record<NewSourceField, Problem>> } {
  const name = fields.name.trim()
  const read = {
    name: name.length > 80 ? ({ kind: 'nameTooLong' } as const) : name,
    restUrl: readAddress(fields.restUrl, 'restUrl'),
    wsUrl: readAddress(fields.wsUrl, 'wsUrl'),
    symbols: readSymbols(fields.symbols),
    backfillDays: readDays(fields.backfillDays),
    priority: readPriority(fields.priority),
  }
  const problems = Object.fromEntries(NEW_SOURCE_FIELDS.flatMap((field) => (isProblem(read[field]) ? [[field, read[field]]] : [])))
  return Object.keys(problems).length > 0 ? { source: null, problems } : { source: read as NewSource, problems: null }
}

const isProblem = (value: unknown): value is Problem => typeof value === 'object' && value !== null && 'kind' in value
