import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { ResetRequestList, type ResetRequestListProps } from './reset-requests.tsx'

const NOW = Date.UTC(2026, 2, 5, 12)
const ada = { userId: 'a', email: 'ada@example.org', requestedAt: new Date(NOW - 3 * 3_600_000) }
const eve = { userId: 'e', email: '<img src=x onerror=alert(1)>@example.org', requestedAt: new Date(NOW - 60_000) }
const list = (given: Partial<ResetRequestListProps>) =>
  renderToStaticMarkup(
    createElement(ResetRequestList, { requests: [], links: new Map(), busy: null, problem: null, now: NOW, onMake: () => {}, ...given }),
  )

it('shows who asked and when, with a button for each, and addresses as text', () => {
  const html = list({ requests: [ada, eve] })
  for (const words of [
    'Asked for a new password',
    'ada@example.org',
    '3 h ago',
    '1 m ago',
    'aria-label="Create password-reset link for ada@example.org"',
  ])
    expect(html.replaceAll('\u202f', ' ')).toContain(words)
  expect(html.match(/<button/g)).toHaveLength(2)
  expect(html).not.toContain('<img')
})

it('keeps a link that was made in the place of its button, and says what was refused', () => {
  const links = new Map([['a', { url: 'https://faultline.example/reset/secret', expiresAt: new Date(NOW + 86_400_000) }]])
  const html = list({ requests: [ada, eve], links, problem: 'This account is disabled. Enable it first.' })
  expect(html).toContain('https://faultline.example/reset/secret')
  expect(html).not.toContain('reset link for ada@example.org')
  expect(html).toMatch(/data-testid="form-error".*This account is disabled/)
})

it('is not there where nobody asked', () => {
  expect(list({})).toBe('')
})
