import type { AddressInfo } from 'node:net'
import { withActor } from '@faultline/db/actor'
import { type JobData, type Jobs, MAIL_PURPOSE, openJobs } from '@faultline/db/jobs'
import { SecretBox } from '@faultline/db/secret-box'
import { makeUser } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { mailer } from './mailer.ts'

const database = freshDatabase()
const PATIENCE = 20_000
const KEYS = `t:${Buffer.alloc(32, 5).toString('base64')}`
let administrator = ''
beforeAll(async () => {
  administrator = await makeUser(database.ownerUrl, { email: 'root@example.org', role: 'admin' })
})
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A mail server that says to each message what it is told to; its port, and what it took. */
async function mailServer(options: SMTPServerOptions = {}, port = 0): Promise<{ port: number; taken: string[] }> {
  const taken: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      let text = ''
      stream.on('data', (chunk) => {
        text += String(chunk)
      })
      stream.on('end', () => {
        taken.push(text)
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()))
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { port: (server.server.address() as AddressInfo).port, taken }
}

async function worker(port: number): Promise<{ jobs: Jobs; log: string[] }> {
  const log: string[] = []
  const jobs = await openJobs({ url: database.appUrl, work: true })
  closing.push(() => jobs.close())
  const handle = mailer({
    db: database.db,
    smtpUrl: `smtp://someone:very-secret@127.0.0.1:${port}`,
    from: 'Faultline <faultline@example.org>',
    publicUrl: 'https://desk.example',
    encryptionKeys: KEYS,
    log: (line) => void log.push(line),
    timeoutMs: 3_000,
  })
  await jobs.work('mail', handle, { pollSeconds: 0.5 })
  return { jobs, log }
}

const SOON = { retryDelay: 0, retryBackoff: false }
let letters = 0
async function send(
  jobs: Jobs,
  options: Parameters<Jobs['send']>[2] = {},
  letter: Partial<JobData['mail']> = {},
): Promise<{ to: string; state(): Promise<string | undefined> }> {
  const to = `person-${++letters}@example.org`
  const id = await jobs.send('mail', { to, subject: 'Hello', text: 'A <b>name</b>', ...letter }, { ...SOON, ...options })
  return {
    to,
    state: async () => (await database.db.pool.query('select state from pgboss.job where id = $1', [id])).rows[0]?.state,
  }
}
/** What administrators read of an address in the audit log. */
const told = (target: string) =>
  withActor(database.db, { kind: 'user', role: 'admin', userId: administrator }, (tx) => tx.auditEvent.findMany({ where: { target } }))
const refusal = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode })

it('hands a message to the mail server, as text and as HTML', async () => {
  const server = await mailServer({ onAuth: (_auth, _session, done) => done(null, { user: 'someone' }) })
  const { jobs } = await worker(server.port)
  const letter = await send(jobs)
  await vi.waitFor(async () => expect(await letter.state()).toBe('completed'), PATIENCE)
  expect(server.taken).toHaveLength(1)
  expect(server.taken[0]).toContain(`To: ${letter.to}`)
  expect(server.taken[0]).toContain('A <b>name</b>')
  expect(server.taken[0]).toContain('A &lt;b&gt;name&lt;/b&gt;')
  expect(await told(letter.to)).toEqual([])
})

it('opens a sealed message, and waits where it has not the key', async () => {
  const server = await mailServer({ onAuth: (_auth, _session, done) => done(null, { user: 'someone' }) })
  const sealed = (keys: string) => new SecretBox(keys).seal('https://desk.example/reset/token', MAIL_PURPOSE).toString('base64')
  const { jobs, log } = await worker(server.port)
  const letter = await send(jobs, {}, { text: sealed(KEYS), sealed: true })
  await vi.waitFor(async () => expect(await letter.state()).toBe('completed'), PATIENCE)
  expect(server.taken[0]).toContain('https://desk.example/reset/token')
  const foreign = await send(jobs, { retryLimit: 0 }, { text: sealed(`other:${Buffer.alloc(32, 6).toString('base64')}`), sealed: true })
  await vi.waitFor(async () => expect(await foreign.state()).toBe('failed'), PATIENCE)
  expect(server.taken).toHaveLength(1)
  expect(log.join()).toContain('FAULTLINE_ENCRYPTION_KEYS')
  expect(await told(foreign.to)).toMatchObject([{ action: 'mail.failed', allowed: false }])
})

it('gives up at once what is refused for good, and says so where administrators look', async () => {
  const server = await mailServer({
    onAuth: (_auth, _session, done) => done(null, { user: 'someone' }),
    onRcptTo: (_address, _session, done) => done(refusal(550, 'no such user here')),
  })
  const { jobs, log } = await worker(server.port)
  const letter = await send(jobs)
  await vi.waitFor(async () => expect(await letter.state()).toBe('failed'), PATIENCE)
  expect(server.taken).toEqual([])
  expect(await told(letter.to)).toMatchObject([
    { action: 'mail.refused', details: { reason: expect.stringContaining('no such user here') } },
  ])
  expect(log).toEqual([expect.stringContaining(`mail to ${letter.to} was not sent`)])
  // neither the log nor the job says the password of the mail server
  const { rows } = await database.db.pool.query('select output::text from pgboss.job')
  expect(JSON.stringify([rows, log])).not.toContain('very-secret')
})

it('sends again what was refused for now', async () => {
  let refusals = 0
  const server = await mailServer({
    onAuth: (_auth, _session, done) => done(null, { user: 'someone' }),
    onRcptTo: (_address, _session, done) => (refusals++ < 2 ? done(refusal(451, 'greylisted, try later')) : done()),
  })
  const { jobs, log } = await worker(server.port)
  const letter = await send(jobs)
  await vi.waitFor(async () => expect(await letter.state()).toBe('completed'), PATIENCE)
  expect(server.taken).toHaveLength(1)
  expect(log.filter((line) => line.includes('has to wait'))).toHaveLength(2)
  expect(await told(letter.to)).toEqual([])
})

it('waits for a mail server that is away, and for a password that somebody corrects', async () => {
  // a port that nothing listens at: that of a server which has gone
  const { port } = await mailServer()
  await closing.pop()?.()
  const { jobs, log } = await worker(port)
  const letter = await send(jobs, { retryLimit: 50 })
  await vi.waitFor(() => expect(log.join('\n')).toMatch(/ECONNREFUSED/), PATIENCE)
  let right = false
  const server = await mailServer(
    { onAuth: (_auth, _session, done) => (right ? done(null, { user: 'someone' }) : done(refusal(535, 'wrong password'))) },
    port,
  )
  await vi.waitFor(() => expect(log.join('\n')).toMatch(/wrong password/), PATIENCE)
  right = true
  await vi.waitFor(async () => expect(await letter.state()).toBe('completed'), PATIENCE)
  expect(server.taken).toHaveLength(1)
  expect(await told(letter.to)).toEqual([])
})

it('says so when the last attempt has failed', async () => {
  const { port } = await mailServer()
  await closing.pop()?.()
  const { jobs, log } = await worker(port)
  const letter = await send(jobs, { retryLimit: 1 })
  await vi.waitFor(async () => expect(await letter.state()).toBe('failed'), PATIENCE)
  expect(await told(letter.to)).toMatchObject([{ action: 'mail.failed' }])
  expect(log.at(-1)).toContain('was not sent')
})
