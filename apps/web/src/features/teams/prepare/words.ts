/** How pages of teams write times, names and what went wrong: pure. */
import { formatAge } from '@faultline/ui/format'
import { messages } from '../../../messages.ts'
import { formatDate } from '../../shell/prepare/format.ts'

const text = messages.teams
const MINUTE = 60_000
const DAY = 86_400_000

/** `now`, `4 m ago`, `3 h ago`, `2 d ago`, then the date. */
export function agoOf(time: number, now: number): string {
  const age = now - time
  if (age < MINUTE) return text.members.now
  if (age >= 7 * DAY) return formatDate(time)
  return text.members.ago(formatAge(wholeOf(age)))
}

/** `5 d`, `3 h`, `12 m`: how long something still holds. */
export const leftOf = (until: number, now: number): string => formatAge(wholeOf(Math.max(until - now, MINUTE), Math.round))

/** Two units are more than anybody asks for here. */
const wholeOf = (ms: number, round: (units: number) => number = Math.floor): number => {
  const unit = ms >= DAY ? DAY : ms >= 3_600_000 ? 3_600_000 : MINUTE
  return round(ms / unit) * unit
}

/** Up to two letters of a name, for its mark. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s@._-]+/).filter((word) => /[\p{L}\p{N}]/u.test(word))
  return words
    .slice(0, 2)
    .map((word) => [...word].find((letter) => /[\p{L}\p{N}]/u.test(letter))?.toUpperCase() ?? '')
    .join('')
}

/** The same hue for the same person, everywhere. */
export function hueOf(id: string): number {
  let sum = 0
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360
  return sum
}

/** What the server refused, in words: its messages name the field first, which a form shows by itself. */
export function problemOf(error: unknown): string {
  const data = typeof error === 'object' && error !== null && 'data' in error ? error.data : null
  if (typeof data !== 'object' || data === null || !('code' in data) || !(error instanceof Error)) return messages.errors.noAnswer
  const words = error.message.replace(/^[a-zA-Z]+: /, '')
  const sentence = words.charAt(0).toUpperCase() + words.slice(1)
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`
}

/** `NOT_FOUND` and the like; null: the server did not answer. */
export function codeOf(error: unknown): string | null {
  const data = typeof error === 'object' && error !== null && 'data' in error ? error.data : null
  return typeof data === 'object' && data !== null && 'code' in data ? String(data.code) : null
}
