import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'
import { signatureOf, signatureProblem, TOLERANCE_MS } from './billing-signature.ts'

const SECRET = 'a secret of the payment provider'
const web = webUnderTest({
  billingSecret: SECRET,
  pages: async (request, response) => {
    // Next's route does this
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const headers = Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))
    const answer = await web.runtime.billing(
      new Request(`${web.origin}${request.url}`, { method: 'POST', body: Buffer.concat(parts), headers: headers as [string, string][] }),
    )
    response.statusCode = answer.status
    response.end(await answer.text())
  },
})

const seconds = (ms = Date.now()) => String(Math.floor(ms / 1_000))
async function send(body: string, signature?: string | null, headers: Record<string, string> = {}) {
  const t = seconds()
  const header = signature === undefined ? `t=${t},v1=${signatureOf(t, Buffer.from(body), SECRET)}` : signature
  const answer = await fetch(`${web.origin}/api/billing`, {
    method: 'POST',
    body,
    headers: { ...(header === null ? {} : { 'faultline-signature': header }), ...headers },
  })
  return { status: answer.status, body: await answer.json() }
}
const message = (fields: object) => JSON.stringify({ id: `evt_${randomUUID()}`, plan: 'pro', ...fields })
const planOf = async (id: string) =>
  (await web.sql('select plan_key as key, plan_until as until from app_user where id = $1', [id])).rows[0] as {
    key: string
    until: Date | null
  }
const refusals = async () =>
  (await web.sql("select details->>'why' as why from audit_event where action = 'billing.refused' order by id")).rows

describe('a signature', () => {
  const body = Buffer.from('{"id":"evt_1"}')
  const now = 1_772_700_000_000
  const t = seconds(now)
  const good = signatureOf(t, body, SECRET)

  it('is HMAC-SHA256 over time and body', () => {
    // openssl dgst -sha256 -hmac "…" of `1772700000.{"id":"evt_1"}`
    expect(signatureProblem(`t=${t},v1=${good}`, body, SECRET, now)).toBeNull()
    expect(signatureProblem(`t=${t}, v1=00, v1=${good.toUpperCase()}`, body, SECRET, now)).toBeNull()
  })

  it.each([
    ['a missing header', null, now],
    ['nonsense', 'abc', now],
    ['no signature', `t=${t}`, now],
    ['another body', `t=${t},v1=${signatureOf(t, Buffer.from('{}'), SECRET)}`, now],
    ['another secret', `t=${t},v1=${signatureOf(t, body, 'other')}`, now],
    ['another time', `t=${Number(t) + 1},v1=${good}`, now],
    ['a shortened one', `t=${t},v1=${good.slice(0, -2)}`, now],
    ['an old one', `t=${t},v1=${good}`, now + TOLERANCE_MS + 1_000],
    ['one of the future', `t=${t},v1=${good}`, now - TOLERANCE_MS - 1_000],
  ])('is not %s', (_, header, at) => {
    expect(signatureProblem(header, body, SECRET, at)).toEqual(expect.any(String))
  })

  it('may be as old as the clocks may differ', () => {
    expect(signatureProblem(`t=${t},v1=${good}`, body, SECRET, now + TOLERANCE_MS)).toBeNull()
  })
})

describe('POST /api/billing', () => {
  it('sets a plan, by address or id, until when it says', async () => {
    const { id, email } = await web.addPerson()
    expect(await send(message({ email: email.toUpperCase(), until: '2031-05-01T00:00:00+02:00' }))).toEqual({
      status: 200,
      body: { ok: true },
    })
    expect(await planOf(id)).toEqual({ key: 'pro', until: new Date('2031-04-30T22:00:00Z') })
    expect((await send(message({ userId: id, plan: 'free' }))).status).toBe(200)
    expect(await planOf(id)).toEqual({ key: 'free', until: null })
    const { rows } = await web.sql("select actor, target, details from audit_event where action = 'billing.plan_set' order by id")
    expect(rows).toMatchObject([
      { actor: 'billing', target: email, details: { from: 'free', to: 'pro', until: '2031-04-30T22:00:00.000Z' } },
      { actor: 'billing', target: email, details: { from: 'pro', to: 'free', until: null } },
    ])
  })

  it('refuses what has been taken before', async () => {
    const { id, email } = await web.addPerson()
    const [first, second] = [message({ email }), message({ email, plan: 'free' })]
    expect((await send(first)).status).toBe(200)
    expect((await send(second)).status).toBe(200)
    expect((await send(first)).status).toBe(409)
    expect(await planOf(id)).toMatchObject({ key: 'free' })
  })

  it('refuses a signature that does not fit, and an old one, and tells the log', async () => {
    const { id, email } = await web.addPerson()
    const body = message({ email })
    const old = seconds(Date.now() - TOLERANCE_MS - 5_000)
    expect((await send(body, null)).status).toBe(401)
    expect((await send(body, `t=${seconds()},v1=${'0'.repeat(64)}`)).status).toBe(401)
    expect((await send(body, `t=${old},v1=${signatureOf(old, Buffer.from(body), SECRET)}`)).body.error.message).toMatch(
      /older than five minutes/,
    )
    expect(await planOf(id)).toMatchObject({ key: 'free' })
    expect((await refusals()).map(({ why }) => why)).toEqual([
      expect.stringMatching(/missing/),
      expect.stringMatching(/does not fit/),
      expect.stringMatching(/older/),
    ])
  })

  it.each<[string, object | string, number]>([
    ['an unknown person', { email: 'nobody@example.org' }, 404],
    ['an unknown id', { userId: '00000000-0000-7000-8000-000000000000' }, 404],
    ['neither address nor id', {}, 400],
    ['both', { email: 'a@b.cc', userId: '00000000-0000-7000-8000-000000000000' }, 400],
    ['an id that is none', { userId: "x' or 1" }, 400],
    ['a time that is none', { email: 'a@b.cc', until: 'tomorrow' }, 400],
    ['an empty id', { email: 'a@b.cc', id: '' }, 400],
    ['no JSON', '{', 400],
    ['nothing', '', 400],
    ['too much', `"${'x'.repeat(30_000)}"`, 413],
  ])('says what is wrong with %s', async (_, fields, status) => {
    const before = (await refusals()).length
    const answer = await send(typeof fields === 'string' ? fields : message(fields))
    expect([answer.status, typeof answer.body.error.message]).toEqual([status, 'string'])
    expect((await refusals()).length).toBe(before + 1)
  })

  it('does not know a plan that is not there, and can take the message again then', async () => {
    const { email } = await web.addPerson()
    const id = randomUUID()
    expect(await send(message({ email, id, plan: 'gold' }))).toMatchObject({
      status: 400,
      body: { error: { message: 'There is no plan "gold" here.' } },
    })
    expect((await send(message({ email, id }))).status).toBe(200)
  })

  it('is for programs: another site’s page is refused before it is read', async () => {
    const { email } = await web.addPerson()
    expect((await send(message({ email }), undefined, { origin: 'https://evil.example' })).status).toBe(403)
  })
})

describe('without a secret', () => {
  it('there is no such address', async () => {
    const { answerBilling } = await import('./billing.ts')
    const answer = await answerBilling(
      { ...web.services, billing: null },
      new Request(`${web.origin}/api/billing`, { method: 'POST', body: '{}' }),
    )
    expect(answer.status).toBe(404)
  })
})
