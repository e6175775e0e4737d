import { expect, it } from 'vitest'
import { readAdministratorEnv, readEnv } from './env.ts'

const good = {
  DATABASE_APP_URL: 'postgresql://a:b@127.0.0.1:5432/faultline',
  NEXTAUTH_SECRET: 'x'.repeat(32),
  NEXTAUTH_URL: 'http://127.0.0.1:3000',
  PORT: '3000',
  FAULTLINE_ENCRYPTION_KEYS: 'k1:abc',
}

it('reads what npm start sets', () => {
  expect(readEnv(good)).toEqual({
    databaseUrl: good.DATABASE_APP_URL,
    authSecret: good.NEXTAUTH_SECRET,
    publicUrl: new URL('http://127.0.0.1:3000'),
    port: 3000,
    host: '127.0.0.1',
    embed: null,
    encryptionKeys: 'k1:abc',
    mail: false,
    webhookAllow: new Set(),
    trustedProxies: 0,
    oauth: [],
  })
})

it('names every variable that is missing, and what is wrong with the others', () => {
  expect(() => readEnv({ PORT: '', NEXTAUTH_SECRET: 'short', NEXTAUTH_URL: 'localhost' })).toThrow(
    /not set: DATABASE_APP_URL, PORT, FAULTLINE_ENCRYPTION_KEYS; NEXTAUTH_SECRET must have at least 32 characters.*NEXTAUTH_URL must look like/,
  )
})

it('takes both halves of an OAuth application, or none', () => {
  const oauth = (given: Record<string, string>) => readEnv({ ...good, ...given }).oauth
  expect(oauth({ GITHUB_CLIENT_ID: 'a', GITHUB_CLIENT_SECRET: 'b', GOOGLE_CLIENT_ID: '' })).toEqual([
    { id: 'github', clientId: 'a', clientSecret: 'b' },
  ])
  expect(oauth({ GOOGLE_CLIENT_ID: 'a', GOOGLE_CLIENT_SECRET: 'b' })).toEqual([{ id: 'google', clientId: 'a', clientSecret: 'b' }])
  expect(() => oauth({ GITHUB_CLIENT_ID: 'a' })).toThrow(/not set: GITHUB_CLIENT_SECRET/)
  expect(() => oauth({ GOOGLE_CLIENT_SECRET: 'a' })).toThrow(/not set: GOOGLE_CLIENT_ID/)
})

it('has an address for the first administrator', () => {
  expect(readAdministratorEnv(good).email).toBe('admin@faultline.local')
  expect(readAdministratorEnv({ ...good, FAULTLINE_ADMIN_EMAIL: 'me@example.org' }).email).toBe('me@example.org')
  expect(() => readAdministratorEnv({ ...good, FAULTLINE_ADMIN_EMAIL: 'me' })).toThrow(/FAULTLINE_ADMIN_EMAIL/)
})

it('takes origins that may show an embed, all of them or none', () => {
  const embed = (text: string) => readEnv({ ...good, FAULTLINE_EMBED: text }).embed
  expect(embed('')).toBeNull()
  expect(embed('off')).toBeNull()
  expect(embed('*')).toEqual(['*'])
  expect(embed('https://desk.example, http://LOCALHOST:8080,https://desk.example:443')).toEqual([
    'https://desk.example',
    'http://localhost:8080',
  ])
})

it.each([
  'on',
  '*,https://desk.example',
  'https://desk.example,',
  'https://desk.example/path',
  'https://*.example',
  'desk.example',
  "https://desk.example; script-src 'unsafe-inline'",
  'https://desk.example https://other.example',
  'https://me:you@desk.example',
  'ftp://desk.example',
  'data:text/html,x',
])('refuses to open embeds to %s', (text) => {
  expect(() => readEnv({ ...good, FAULTLINE_EMBED: text })).toThrow(/FAULTLINE_EMBED must be off, \* or origins/)
})
