/** Every procedure × texts that people, and programs that look for holes, send: never an error that nobody expected. */
import { TRPCError } from '@trpc/server'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { z } from 'zod'
import type { Caller } from '../caller.ts'
import { rootRouter } from '../root-router.ts'
import { sampleInput } from '../testing/sample-input.ts'
import { webUnderTest } from '../testing/web-under-test.ts'
import type { Access } from '../trpc.ts'

vi.mock('../../features/joining/server/steady-answer.ts', () => ({ steadily: (work: () => unknown) => work() }))
const web = webUnderTest({ mail: true })

interface Flat {
  _def: { type: string; meta: { access: Access }; inputs: z.ZodType[] }
}
const ID = '00000000-0000-7000-8000-000000000000'
const procedures = Object.entries(rootRouter._def.procedures as unknown as Record<string, Flat>)
  .filter(([, { _def }]) => _def.type !== 'subscription' && _def.inputs.length > 0)
  .map(([path, { _def }]) => ({ path, inputs: _def.inputs, access: _def.meta.access }))

const HOSTILE: Record<string, string> = {
  'a zero character': 'name\0name',
  'half of a pair': 'name \ud800 name',
  markup: '<img src=x onerror=alert(1)>',
  SQL: `'; drop table app_user; --`,
  'a pattern of LIKE': '%_%\\',
  'a prototype': '__proto__',
  'right to left': '\u202eemaN\u202c\u200f',
  'spaces only': ' \u00a0\u3000 ',
  emoji: '👩‍👩‍👧‍👦🏴‍☠️',
  'ten thousand characters': 'x'.repeat(10_000),
  'a slow pattern': `${'a'.repeat(3_000)}!`,
}

let caller: Caller
let log: ReturnType<typeof vi.spyOn>
beforeAll(async () => {
  caller = await web.callerOf(await web.cookieOf(await web.addPerson({ role: 'admin' })))
  log = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterAll(() => log.mockRestore())

/** `text` wherever the input takes a text that is no id and none of a few words. */
function withText(value: unknown, text: string): unknown {
  if (typeof value === 'string') return value.startsWith('abcdefghijklmnop') || value === 'somebody@example.org' ? text : value
  if (Array.isArray(value)) return value.map((one) => withText(one, text))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withText(field, text)]))
  return value
}

describe.each(Object.entries(HOSTILE))('%s', (_, text) => {
  it('is taken as text, or refused in words', async () => {
    await web.sql('delete from rate_limit')
    const outcomes: string[] = []
    for (const { path, inputs } of procedures) {
      const input = withText(sampleInput(inputs, ID).value, text)
      const procedure = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], caller) as (
        input: unknown,
      ) => Promise<unknown>
      try {
        await procedure(input)
      } catch (error) {
        if (!(error instanceof TRPCError) || error.code === 'INTERNAL_SERVER_ERROR') outcomes.push(`${path}: ${String(error)}`)
      }
    }
    expect(outcomes).toEqual([])
  })
})

it.each([
  ['no JSON', '{'],
  ['another shape', '[]'],
  [
    'a prototype',
    '{"json":{"__proto__":{"role":"admin"},"constructor":{"prototype":{"role":"admin"}}},"meta":{"values":{"__proto__.role":["undefined"]}}}',
  ],
  ['a deep one', `{"json":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
  ['a class of superjson that nobody has', '{"json":{"name":"x"},"meta":{"values":{"name":[["class","Process"]]}}}'],
])('refuses a body that is %s, and nothing is left behind', async (_, body) => {
  const cookie = await web.cookieOf(await web.addPerson())
  const headers = { cookie, 'content-type': 'application/json' }
  for (const path of ['ownData.rename', 'saved.create', 'account.patchSettings', 'joining.signUp']) {
    const response = await web.runtime.trpc(new Request(`${web.origin}/api/trpc/${path}`, { method: 'POST', headers, body }))
    expect([path, response.status]).toEqual([path, expect.toSatisfy((status: number) => status >= 200 && status < 500)])
  }
  expect(({} as Record<string, unknown>).role).toBeUndefined()
  expect(await web.runtime.userOf(cookie)).toMatchObject({ role: 'member' })
})
