import { expect, it } from 'vitest'
import { refusalOf } from './refusal.ts'

it('repeats what the server said, never what the browser did', () => {
  const refused = Object.assign(new Error('was changed by somebody else'), { data: { code: 'CONFLICT' } })
  expect(refusalOf(refused, 'no answer')).toEqual({ code: 'CONFLICT', message: 'was changed by somebody else' })
  for (const error of [new TypeError('Failed to fetch'), Object.assign(new Error('Failed to fetch'), { data: undefined }), null, 'x'])
    expect(refusalOf(error, 'no answer')).toEqual({ code: null, message: 'no answer' })
})
