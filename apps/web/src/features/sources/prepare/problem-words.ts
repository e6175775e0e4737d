import { messages } from '../../../messages.ts'
import type { Problem } from './edit-form.ts'

const text = messages.sources.problems

/** What is wrong with a field, for the person who typed it. */
export function problemWords(problem: Problem): string {
  switch (problem.kind) {
    case 'scheme':
      return text.scheme(problem.schemes)
    case 'symbol':
      return text.symbol(problem.symbol)
    default:
      return text[problem.kind]
  }
}
