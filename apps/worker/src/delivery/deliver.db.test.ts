import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import { withActor } from '@faultline/db/actor'
import { type Jobs, openJobs } from '@faultline/db/jobs'
import { type ChannelAddress, createChannel, listChannels } from '@faultline/db/repositories/alert-channels'
import { readDelivery, readLog, testChannel } from '@faultline/db/repositories/deliveries'
import { SecretBox } from '@faultline/db/secret-box'
import { makeUser } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type DeliverOptions, deliverer } from './deliver.ts'
import { postOutside } from './post.ts'

vi.setConfig({ testTimeout: 60_000 })
const t = freshDatabase()
const KEYS = `t:${Buffer.alloc(32, 1).toString('base64')}`
const box = new SecretBox(KEYS)
let jobs: Jobs
let server: Server
let origin = ''
let host = ''
/** what the receiver answers next; the last one stays */
let answers: ((request: IncomingMessage, response: ServerResponse) => void)[] = []
const received: { path: string; headers: IncomingMessage['headers']; body: string }[] = []
const status =
  (code: number, headers: Record<string, string> = {}, body = '') =>
  (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(code, headers).end(body)

beforeAll(async () => {
  jobs = await openJobs({ url: t.appUrl })
  server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    received.push({ path: request.url ?? '', headers: request.headers, body })
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    answer?.(request, response)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  origin = `http://${host}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
  await jobs.close()
})

let people = 0
/** A channel with a test that waits, and what does it. */
async function delivery(address: (userId: string) => ChannelAddress, options: Partial<DeliverOptions> = {}) {
  const userId = await makeUser(t.ownerUrl, { email: `d${++people}@example.org` })
  const actor = { kind: 'user' as const, userId, role: 'member' as const }
  const owner = { ownerId: userId, teamId: null }
  const channel = await createChannel(t.db, actor, owner, { name: 'desk', hint: 'x', address: address(userId) }, box)
  const id = await testChannel(t.db, actor, jobs, channel.id)
  const handle = deliverer({
    db: t.db,
    jobs,
    encryptionKeys: KEYS,
    publicUrl: 'https://faultline.example.org',
    mail: true,
    allowed: new Set([host]),
    ...options,
  })
  received.length = 0
  return {
    id,
    attempt: (last = false) => handle({ data: { deliveryId: id }, last, signal: new AbortController().signal }),
    state: async () => {
      const [row] = (await readLog(t.db, actor, owner, { problems: false, before: null, most: 5 })).rows
      return row && { state: row.state, attempts: row.attempts, message: row.message }
    },
    channel: async () => (await listChannels(t.db, actor, owner))[0],
  }
}
const webhook =
  (url = `${origin}/hook`) =>
  (): ChannelAddress => ({ kind: 'webhook', url, secret: 'its secret' })

it('signs what it sends, names it, and is done with 2xx', async () => {
  answers = [status(204)]
  const d = await delivery(webhook())
  await d.attempt()
  expect(await d.state()).toEqual({ state: 'sent', attempts: 1, message: 'Answered 204' })
  const [one] = received
  expect(one?.path).toBe('/hook')
  expect(one?.headers['faultline-delivery']).toBe(d.id)
  const [, time, hash] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(one?.headers['faultline-signature'])) ?? []
  expect(hash).toBe(createHmac('sha256', 'its secret').update(`${time}.${one?.body}`).digest('hex'))
  expect(Math.abs(Date.now() / 1000 - Number(time))).toBeLessThan(300)
  expect(JSON.parse(one?.body ?? '')).toMatchObject({ id: d.id, type: 'test', estimated: true })
  // a worker died after it was sent: the job comes again, the message does not
  await d.attempt()
  expect(received).toHaveLength(1)
})

it('tries again after 5xx, and says when it gives up', async () => {
  answers = [status(500), status(200)]
  const d = await delivery(webhook())
  await expect(d.attempt()).rejects.toThrow('Answered 500')
  expect(await d.state()).toEqual({ state: 'retrying', attempts: 1, message: 'Answered 500' })
  await d.attempt()
  expect(await d.state()).toEqual({ state: 'sent', attempts: 2, message: 'Answered 200' })
  answers = [status(503)]
  const e = await delivery(webhook())
  await expect(e.attempt(true)).rejects.toThrow()
  expect((await e.state())?.state).toBe('failed')
})

it.each([408, 425, 429])('tries again after %i', async (code) => {
  answers = [status(code)]
  const d = await delivery(webhook())
  await expect(d.attempt()).rejects.toThrow()
  expect((await d.state())?.state).toBe('retrying')
})

it('does not try again what was refused, and repeats nothing of the answer', async () => {
  answers = [status(404, {}, 'secret of the inner network')]
  const d = await delivery(webhook())
  await d.attempt()
  expect(await d.state()).toMatchObject({
    state: 'failed',
    attempts: 1,
    message: expect.stringMatching(/^Answered 404\. It is not tried again/),
  })
  expect((await d.channel())?.disabledReason).toBeNull()
})

it('switches a channel off that is gone', async () => {
  answers = [status(410)]
  const d = await delivery(webhook())
  await d.attempt()
  expect((await d.state())?.state).toBe('failed')
  expect((await d.channel())?.disabledReason).toMatch(/410/)
})

describe('where it must not go', () => {
  it('through a redirect', async () => {
    // what stands there would answer, were it asked
    for (const location of [
      'http://127.0.0.1/',
      'http://169.254.169.254/latest/',
      'http://[::ffff:10.0.0.1]/',
      'http://localhost/',
      'http://example.org:8080/',
      'file:///etc/passwd',
    ]) {
      answers = [status(307, { location })]
      const d = await delivery(webhook())
      await d.attempt()
      expect(await d.state()).toMatchObject({
        state: 'failed',
        attempts: 1,
        message: expect.stringMatching(/^The receiver redirects to an address that is refused/),
      })
      expect(received).toHaveLength(1)
    }
  })
  it('round and round', async () => {
    answers = [status(308, { location: '/again' })]
    const d = await delivery(webhook())
    await d.attempt()
    expect((await d.state())?.message).toMatch(/more than 3 times/)
    expect(received.map(({ path }) => path)).toEqual(['/hook', '/again', '/again', '/again'])
  })
  it('follows an allowed one with the same message', async () => {
    answers = [status(307, { location: '/there' }), status(200)]
    const d = await delivery(webhook())
    await d.attempt()
    expect(received[1]).toMatchObject({ path: '/there', body: received[0]?.body })
    expect((await d.state())?.state).toBe('sent')
  })
  it('through a name that means something else at connect time', async () => {
    answers = [status(200)]
    const asked: string[] = []
    const lookup: LookupFunction = (name, _options, callback) => {
      asked.push(name)
      callback(null, [{ address: '127.0.0.1', family: 4 }])
    }
    const d = await delivery(webhook('http://rebound.example.org/'), { send: { lookup } })
    await d.attempt()
    expect(asked).toEqual(['rebound.example.org'])
    expect(await d.state()).toMatchObject({ state: 'failed', message: expect.stringMatching(/not a public one/) })
    expect(received).toHaveLength(0)
  })
  it('at an address that was saved before it was refused', async () => {
    const d = await delivery(webhook(), { allowed: new Set() })
    await d.attempt()
    expect(await d.state()).toMatchObject({ state: 'failed', message: expect.stringMatching(/Port \d+ is not used|not a public/) })
    expect(received).toHaveLength(0)
  })
})

it('waits for an answer for a while only, and reads no more of it than 64 KB', async () => {
  answers = [() => {}]
  const options = { allowed: new Set([host]), timeoutMs: 200 }
  await expect(postOutside(origin, { headers: {}, body: '' }, options)).rejects.toMatchObject({ name: 'TimeoutError' })
  answers = [status(200, {}, 'x'.repeat(1_000_000))]
  const { text } = await postOutside(origin, { headers: {}, body: '' }, { allowed: new Set([host]) })
  expect(text).toHaveLength(64 * 1024)
})

it('speaks to Telegram and Discord in their words', async () => {
  answers = [status(200, {}, '{"ok":true}')]
  const telegram = await delivery(() => ({ kind: 'telegram', token: '12:ab', chatId: '-100' }), { send: { telegramUrl: origin } })
  await telegram.attempt()
  expect(received[0]?.path).toBe('/bot12:ab/sendMessage')
  expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ chat_id: '-100', text: expect.stringMatching(/^Test: nothing has happened/) })
  const discord = await delivery(() => ({ kind: 'discord', url: `${origin}/api/webhooks/1/x` }))
  await discord.attempt()
  expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
    content: expect.stringContaining('This channel works.'),
    allowed_mentions: { parse: [] },
  })
  answers = [status(400, {}, '{"ok":false,"description":"Bad Request: chat not found"}')]
  const wrong = await delivery(() => ({ kind: 'telegram', token: '12:ab', chatId: '7' }), { send: { telegramUrl: origin } })
  await wrong.attempt()
  expect((await wrong.state())?.message).toMatch(/^Answered 400: Bad Request: chat not found/)
  expect((await wrong.state())?.message).not.toContain('12:ab')
})

it('hands e-mail to its queue, once', async () => {
  const d = await delivery((userId) => ({ kind: 'email', userId }))
  await d.attempt()
  await d.attempt()
  const { rows } = await t.db.pool.query("select data from pgboss.job where name = 'mail'")
  expect(rows).toHaveLength(1)
  expect(rows[0].data).toMatchObject({ to: `d${people}@example.org`, subject: 'Test: This channel works.' })
  expect((await d.state())?.state).toBe('sent')
})

it('sends no e-mail to whoever has left, or where there is no mail server', async () => {
  const d = await delivery(() => ({ kind: 'email', userId: '00000000-0000-0000-0000-000000000000' }))
  await d.attempt()
  expect(await d.state()).toMatchObject({ state: 'failed' })
  expect((await d.channel())?.disabledReason).toMatch(/has left/)
  const e = await delivery((userId) => ({ kind: 'email', userId }), { mail: false })
  await e.attempt()
  expect((await e.state())?.message).toMatch(/No mail server/)
})

it('says what it needs where it cannot open an address', async () => {
  const d = await delivery(webhook(), { encryptionKeys: undefined })
  await expect(d.attempt()).rejects.toThrow()
  expect(await d.state()).toMatchObject({ state: 'retrying', message: expect.stringContaining('FAULTLINE_ENCRYPTION_KEYS') })
})

it('is quiet about a delivery that is gone', async () => {
  const d = await delivery(webhook())
  await withActor(t.db, { kind: 'worker' }, (tx) => tx.delivery.deleteMany({ where: { id: d.id } }))
  await d.attempt()
  expect(await readDelivery(t.db, d.id)).toBeNull()
})
