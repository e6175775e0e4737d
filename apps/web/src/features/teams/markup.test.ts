import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { ActivityList } from './activity-list.tsx'
import { CommentView } from './comment-item.tsx'
import { InvitationView } from './invitation-row.tsx'
import { ItemCards } from './items-section.tsx'
import { OfferView } from './join-page.tsx'
import { MemberRow } from './member-row.tsx'
import { RolesExplained } from './roles-explained.tsx'
import type { Activity, Member, TeamItem } from './server/schema.ts'
import { TeamList } from './teams-page.tsx'

const XSS = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
const ESCAPED = '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&lt;script&gt;'
const ID = '0f7f3d0e-4d5b-4c39-8f5e-0d4c6a4f0001'
const NOW = Date.UTC(2026, 2, 5, 12)
const nothing = () => {}
const html = renderToStaticMarkup

const member = (change: Partial<Member> = {}): Member => ({
  userId: ID,
  name: 'Mara Köhler',
  email: 'mara@northwall.example',
  role: 'editor',
  secondFactor: true,
  lastSeenAt: NOW - 4 * 60_000,
  joinedAt: 0,
  ...change,
})
const row = (props: Partial<Parameters<typeof MemberRow>[0]> = {}) =>
  html(createElement(MemberRow, { member: member(), self: false, mayChange: false, now: NOW, onRole: nothing, onAsk: nothing, ...props }))
const item = (change: Partial<TeamItem> = {}): TeamItem => ({
  id: ID,
  kind: 'view',
  name: 'Squeeze watch',
  version: 1,
  instrument: 'bybit-linear:ETHUSDT',
  range: '3d',
  updatedAt: NOW - 60_000,
  updatedBy: 'Jonas',
  comments: 2,
  ...change,
})
const entry = (change: Partial<Activity> = {}): Activity => ({
  id: '1',
  teamId: ID,
  time: NOW,
  actorId: ID,
  actor: 'Mara',
  action: 'view.created',
  target: 'Squeeze',
  itemId: ID,
  item: { kind: 'view', name: 'Squeeze', instrument: 'bybit-linear:ETHUSDT' },
  ...change,
})

describe('what people call themselves and things stays text', () => {
  it.each<[string, () => string]>([
    ['members', () => row({ member: member({ name: XSS, email: XSS }), mayChange: true })],
    [
      'teams',
      () =>
        html(
          createElement(TeamList, {
            teams: [{ id: ID, name: XSS, role: 'owner', requireSecondFactor: false, locked: false, members: 1, version: 1 }],
          }),
        ),
    ],
    [
      'items',
      () =>
        html(
          createElement(ItemCards, {
            items: [item({ name: XSS, updatedBy: XSS, instrument: XSS, range: XSS })],
            now: NOW,
            onComments: nothing,
          }),
        ),
    ],
    [
      'activity',
      () =>
        html(
          createElement(ActivityList, {
            entries: [entry({ actor: XSS, target: XSS, action: `view.${XSS}` }), entry({ id: '2', action: XSS, target: XSS })],
            now: NOW,
          }),
        ),
    ],
    [
      'comments',
      () =>
        html(
          createElement(CommentView, {
            comment: { id: ID, authorId: ID, author: XSS, body: XSS, createdAt: NOW, editedAt: null },
            now: NOW,
            own: false,
          }),
        ),
    ],
    [
      'invitations',
      () =>
        html(
          createElement(InvitationView, {
            invitation: { id: ID, email: XSS, role: 'viewer', uses: 0, maxUses: 1, createdAt: NOW, expiresAt: NOW },
            now: NOW,
            busy: null,
            onRenew: nothing,
            onRevoke: nothing,
          }),
        ),
    ],
    [
      'offers',
      () =>
        html(
          createElement(OfferView, {
            offer: { teamName: XSS, inviter: XSS, role: 'viewer', email: XSS, expiresAt: NOW, teamId: null, state: 'open' },
            state: 'open',
          }),
        ),
    ],
  ])('in %s', (_, render) => {
    const markup = render()
    expect(markup).not.toMatch(/<img|<script/)
    expect(markup).toContain(ESCAPED)
  })

  it('and does not turn the line around it', () => {
    expect(row({ member: member({ name: 'שלום' }) })).toMatch(/<bdi[^>]*>שלום<\/bdi>/)
    expect(html(createElement(ActivityList, { entries: [entry({ actor: 'שלום' })], now: NOW }))).toMatch(/<bdi[^>]*>שלום<\/bdi>/)
  })
})

describe('a member', () => {
  it('has a role that owners change, and others read', () => {
    expect(row({ mayChange: true })).toMatch(/<select aria-label="Role of Mara Köhler"/)
    expect(row({ mayChange: true })).toContain('aria-label="More for Mara Köhler"')
    expect(row()).not.toMatch(/<select|<button/)
    expect(row()).toContain('Editor')
  })
  it('may leave by themselves', () => {
    expect(row({ self: true })).toContain('aria-label="More for Mara Köhler"')
  })
  it('is shown with the second factor in a word, and when they were seen', () => {
    expect(row()).toMatch(/Second factor<\/span>on/)
    expect(row({ member: member({ secondFactor: false, lastSeenAt: null }) })).toMatch(/Second factor<\/span>off.*never/s)
    expect(row()).toContain('4\u202fm ago')
  })
})

describe('activity', () => {
  const line = (change: Partial<Activity>) =>
    html(createElement(ActivityList, { entries: [entry(change)], now: NOW })).replace(/<[^>]+>/g, '')
  it.each([
    [{ action: 'layout.deleted', item: null }, 'Mara deleted the layout Squeeze'],
    [{ action: 'view.renamed', target: 'New' }, 'Mara renamed a view to New'],
    [{ action: 'view.moved_in' }, 'Mara moved their view Squeeze into the team'],
    [{ action: 'member.left', target: 'Mara' }, 'Mara left the team'],
    [{ action: 'member.joined', target: 'viewer' }, 'Mara joined as a viewer'],
    [{ action: 'member.made_owner', target: 'Jonas' }, 'Mara made Jonas an owner'],
    [{ action: 'invitation.sent', target: 'editor' }, 'Mara invited somebody as an editor'],
    [{ action: 'team.second_factor_required', target: '' }, 'Mara made a second factor necessary'],
    [{ action: 'newer.kind', target: 'X' }, 'Mara did something (newer.kind): X'],
  ])('%o reads as a sentence', (change, words) => {
    expect(line(change)).toContain(words)
  })
  it('leads to what it is about, while that is there', () => {
    const one = (change: Partial<Activity>) => html(createElement(ActivityList, { entries: [entry(change)], now: NOW }))
    expect(one({})).toContain(`href="/heatmap/bybit-linear:ETHUSDT?view=${ID}"`)
    expect(one({ item: null })).not.toContain('href')
  })
})

it('a comment keeps its lines, and says who is gone', () => {
  const comment = { id: ID, authorId: ID, author: null, body: 'one\ntwo', createdAt: NOW - 3_600_000, editedAt: NOW }
  const markup = html(createElement(CommentView, { comment, now: NOW, own: false }))
  expect(markup).toMatch(/whitespace-pre-wrap[^>]*>one\ntwo</)
  expect(markup).toContain('a former member')
  expect(markup).toContain('edited')
})

it('an invitation says how it stands, each state in words', () => {
  for (const state of ['unknown', 'expired', 'revoked', 'used', 'other_address', 'full'] as const) {
    const markup = html(createElement(OfferView, { offer: null, state }))
    expect(markup).toMatch(/data-testid="form-error"[^>]*>[A-Z][^<]{20,}</)
  }
})

it('says of each role what it may do', () => {
  const markup = html(createElement(RolesExplained))
  for (const role of ['Owner', 'Editor', 'Viewer']) expect(markup).toContain(`>${role}</dt>`)
})
