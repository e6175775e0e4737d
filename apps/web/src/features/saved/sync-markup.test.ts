import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it, vi } from 'vitest'
import { ConflictDialog } from './conflict-dialog.tsx'
import { ContinueOffer } from './continue-bar.tsx'
import type { OpenItem } from './use-saved-item.ts'

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: () => undefined }) }))
vi.mock('../stream/news-stream.tsx', () => ({
  useServerNow: () => 1_700_000_120_000,
  useConnection: () => ({ state: 'open' }),
  useNews: () => undefined,
}))

const XSS = '<img src=x onerror=alert(1)>'
const ESCAPED = '&lt;img src=x onerror=alert(1)&gt;'
const none = { settle: async () => undefined, saving: false, editable: true, conflict: null }
const conflict: NonNullable<OpenItem<'view'>['conflict']> = {
  item: {
    id: 'v',
    kind: 'view',
    teamId: 't',
    name: XSS,
    version: 3,
    own: false,
    updatedAt: 1_700_000_000_000,
    updatedBy: 'ama',
    position: 0,
    content: { instrument: 'a:ETH', query: {}, layoutId: null, drawings: [], notes: '' },
  },
  who: XSS,
  mine: { name: 'Mine' },
}
const dialog = (saved: Parameters<typeof ConflictDialog<'view'>>[0]['saved']) =>
  renderToStaticMarkup(createElement(ConflictDialog<'view'>, { saved, onCopy: () => undefined }))

describe('the dialog of a conflict', () => {
  it('is not there as long as nobody was first', () => {
    expect(dialog(none)).toBe('')
  })
  it('says who changed it when, and what can be done about it', () => {
    const html = dialog({ ...none, conflict })
    expect(html).toContain(ESCAPED)
    expect(html).not.toContain(XSS)
    expect(html).toMatch(/2\sm ago/)
    for (const choice of ['Look at theirs', 'Save mine as a copy', 'Save mine over theirs']) expect(html).toContain(choice)
    // the other renamed it meanwhile
    expect(html).toContain('It is called')
    expect(dialog({ ...none, conflict: { ...conflict, mine: { name: XSS } } })).not.toContain('It is called')
  })
  it('offers no way over theirs to who became a viewer', () => {
    const html = dialog({ ...none, editable: false, conflict })
    expect(html).not.toContain('Save mine over theirs')
    expect(html).toContain('Save mine as a copy')
  })
})

it('offers to go on where somebody was, by the market and its range', () => {
  const offer = (query: { r?: string }, unsaved = false) =>
    renderToStaticMarkup(
      createElement(ContinueOffer, {
        left: { instrument: `a:${XSS}`, query, layoutId: null, viewId: null, unsaved },
        onContinue: () => undefined,
        onDismiss: () => undefined,
      }),
    )
  expect(offer({ r: '3d' })).toContain(`${ESCAPED} · 3d`)
  expect(offer({})).toContain(ESCAPED)
  expect(offer({})).not.toContain(' · ')
  expect(offer({})).not.toContain('not saved')
  expect(offer({}, true)).toContain('not saved')
  expect(offer({})).toContain('aria-label="Stay here"')
})
