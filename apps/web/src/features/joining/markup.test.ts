import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { joining } from '../../messages/joining.ts'
import { webUnderTest } from '../../server/testing/web-under-test.ts'
import { LinkPage } from './link-page.tsx'
import type { LinkOnPage } from './server/look-at-link.ts'

const web = webUnderTest()
const page = (link: LinkOnPage, signedInAs: string | null = null, target = '/') =>
  renderToStaticMarkup(createElement(LinkPage, { token: 'T'.repeat(43), link, signedInAs, target }))
const PURPOSES = ['sign up', 'confirm address', 'change address', 'reset password', 'accept invitation'] as const

it.each(PURPOSES)('says of a link to %s that is over why, and what to do', (purpose) => {
  expect(page({ state: 'used', purpose })).toContain(joining.link.used[purpose])
  expect(page({ state: 'expired', purpose })).toContain(joining.link.expired[purpose])
  for (const state of ['used', 'expired', 'closed', 'unknown'] as const) {
    const html = page({ state, purpose })
    expect(html).toContain('href="/sign-in"')
    expect(html).not.toContain('<form')
  }
  expect(page({ state: 'expired', purpose: 'reset password' })).toContain('href="/reset"')
  expect(page({ state: 'unknown', purpose: null })).toContain(joining.link.unknown)
})

it.each(PURPOSES)('shows a form for an open link to %s, and names as text', (purpose) => {
  const html = page(
    { state: 'open', purpose, email: 'ada@example.org', inviter: '<img src=x onerror=alert(1)>', expiresAt: new Date(0) },
    'root@example.org',
  )
  expect(html).toContain('<form')
  expect(html).toContain('ada@example.org')
  expect(html).not.toContain('<img')
  expect(html.includes('root@example.org')).toBe(purpose === 'accept invitation')
})

it('says that the invitation of a team comes next, where one does', () => {
  const open = (target: string) =>
    page({ state: 'open', purpose: 'sign up', email: 'a@b.c', inviter: null, expiresAt: new Date(0) }, null, target)
  expect(open(`/join/${'J'.repeat(43)}`)).toContain(joining.confirm.thenInvitation)
  expect(open('/')).not.toContain(joining.confirm.thenInvitation)
})

it('opens its pages to whoever is signed out, and nothing beside them', async () => {
  for (const path of ['/sign-up', '/reset', '/reset/x', '/verify/x', '/invitation/x']) expect((await web.get(path)).status, path).toBe(200)
  for (const path of ['/sign-up/x', '/reset/x/y', '/verify', '/verify/x/y', '/invitation', '/resets', '/account']) {
    const answer = await web.get(path)
    expect(answer.status, path).toBe(307)
    expect(answer.headers.get('location'), path).toContain('/sign-in')
  }
})
