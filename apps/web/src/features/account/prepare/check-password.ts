/** What can be said about a new password before the server is asked; the server checks it again, and more. */
export interface PasswordFields {
  current: string
  next: string
  repeat: string
}
export type PasswordProblem = 'missing' | 'tooShort' | 'unequal' | 'same'

export const PASSWORD_MIN = 12

export function checkPassword({ current, next, repeat }: PasswordFields): PasswordProblem | null {
  if (!current || !next || !repeat) return 'missing'
  if (next.length < PASSWORD_MIN) return 'tooShort'
  if (next !== repeat) return 'unequal'
  return next === current ? 'same' : null
}
