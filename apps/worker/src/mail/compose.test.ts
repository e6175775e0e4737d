import nodemailer from 'nodemailer'
import { expect, it } from 'vitest'
import { composeMail, htmlOf } from './compose.ts'

const sender = { from: 'Faultline <faultline@example.org>', publicUrl: 'https://desk.example' }
const raw = async (letter: { to: string; subject: string; text: string }): Promise<string> => {
  const message = composeMail(letter, 'job-1', sender)
  if (!message) throw new Error('no message')
  const sent = await nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'unix' }).sendMail(message)
  return String(sent.message)
}
const headersOf = (text: string): string[] =>
  text
    .slice(0, text.indexOf('\n\n'))
    .replaceAll(/\n\s+/g, ' ')
    .split('\n')
    .map((line) => line.split(':')[0] as string)

it('adds no header for a line break in a name', async () => {
  const plain = await raw({ to: 'ada@example.org', subject: 'A invites you', text: 'Hello' })
  const broken = await raw({ to: 'ada@example.org', subject: 'A\r\nBcc: eve@example.org\r\n\r\n<b>x</b> invites you', text: 'Hello' })
  expect(headersOf(broken)).toEqual(headersOf(plain))
  expect(broken).toMatch(/^Subject: A Bcc: eve@example\.org <b>x<\/b> invites you$/m)
  expect(broken).toMatch(/^To: ada@example\.org$/m)
})

it.each([
  'ada@example.org, eve@example.org',
  'ada@example.org\nBcc: eve@example.org',
  'Eve <eve@example.org>',
  'ada@example.org>',
  'nobody',
  '@example.org',
  '',
  `${'a'.repeat(400)}@example.org`,
])('sends nothing to %j', (to) => {
  expect(composeMail({ to, subject: 's', text: 't' }, 'job-1', sender)).toBeNull()
})

it('shows markup as text, and makes links of this installation alone', () => {
  const html = htmlOf(
    '<img src=x onerror=alert(1)> & "co" invites you\n\nhttps://desk.example/invitation/abc\nhttps://evil.example/x',
    'https://desk.example',
  )
  expect(html).toContain('<p>&lt;img src=x onerror=alert(1)&gt; &amp; &quot;co&quot; invites you</p>')
  expect(html).toContain(
    '<a href="https://desk.example/invitation/abc">https://desk.example/invitation/abc</a><br>https://evil.example/x</p>',
  )
  expect(htmlOf('https://desk.example.evil.example/ https://desk.example/"onclick="x', 'https://desk.example')).toBe(
    htmlOf('', undefined).replace(
      '<p></p>',
      '<p>https://desk.example.evil.example/ <a href="https://desk.example/&quot;onclick=&quot;x">https://desk.example/&quot;onclick=&quot;x</a></p>',
    ),
  )
})

it('keeps emoji and right-to-left text, and drops what would turn the direction of the rest', () => {
  const message = composeMail({ to: 'ada@example.org', subject: 'שלום 🦊', text: 'דנה\u202e gpj.exe\u0007\r\n🦊' }, 'job-1', sender)
  expect(message?.subject).toBe('שלום 🦊')
  expect(message?.text).toBe('דנה gpj.exe \n🦊')
})

it('cuts a subject of 10,000 characters', () => {
  expect(composeMail({ to: 'ada@example.org', subject: 'x'.repeat(10_000), text: 'Hello' }, 'job-1', sender)?.subject).toHaveLength(200)
})
