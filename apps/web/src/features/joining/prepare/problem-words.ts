import { joining } from '../../../messages/joining.ts'
import { refusalOf } from '../../sources/prepare/refusal.ts'

/** What a person is told of a refusal: a rule of one field ("password: must have …") begins with the field's name. */
export function problemWords(error: unknown): string {
  const { code, message } = refusalOf(error, joining.noAnswer)
  const [, field, rule] = /^(\w+): (.+)$/s.exec(code === null ? '' : message) ?? []
  const name = field === undefined ? undefined : joining.fields[field]
  if (name === undefined || rule === undefined) return message
  return `${name} ${rule}${/[.!?]$/.test(rule) ? '' : '.'}`
}
