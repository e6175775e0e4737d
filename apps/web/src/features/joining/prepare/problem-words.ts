import { joining } from '../../../messages/joining.ts'

/** What a person is told of a refusal: a rule of one field ("password: must have …") begins with the field's name. */
export function problemWords(message: string | undefined): string {
  const [, field, rule] = /^(\w+): (.+)$/s.exec(message ?? '') ?? []
  const name = field === undefined ? undefined : joining.fields[field]
  if (name !== undefined && rule !== undefined) return `${name} ${rule}${/[.!?]$/.test(rule) ? '' : '.'}`
  return message || joining.noAnswer
}
