import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { PaletteButtonView } from './palette-button.tsx'
import { PaletteDialog, type PaletteDialogProps } from './palette-dialog.tsx'
import type { PaletteItem } from './prepare/find.ts'

const XSS = '<img src=x onerror="alert(1)">'
const nothing = () => {}
const item = (id: string, rest: Partial<PaletteItem> = {}): PaletteItem => ({ id, kind: 'instrument', title: id, run: nothing, ...rest })
const markup = (props: Partial<PaletteDialogProps> = {}): string =>
  renderToStaticMarkup(
    createElement(PaletteDialog, { items: [], recent: [], state: 'ready', onChoose: nothing, onClose: nothing, ...props }),
  )

describe('the palette', () => {
  it('is a named dialog with a combobox over a listbox, whose first row is the active one', () => {
    const html = markup({
      items: [item('ETHUSDT', { simulated: true, detail: 'Binance' }), item('page:map', { kind: 'page', title: 'Map' })],
    })
    expect(html).toMatch(/<dialog aria-label="[^"]+"/)
    const list = /role="combobox"[^>]* aria-controls="([^"]+)" aria-activedescendant="([^"]+)"/.exec(html)
    expect(html).toContain(`id="${list?.[1]}" role="listbox"`)
    expect(html).toContain(`id="${list?.[2]}" role="option" tabindex="-1" aria-selected="true"`)
    expect(html.match(/role="option"/g)).toHaveLength(2)
    expect(html.match(/aria-selected="true"/g)).toHaveLength(1)
    expect(html).toContain('Simulated')
  })
  it('says that nothing is found, and names no list that is not there', () => {
    const html = markup()
    expect(html).toContain('aria-expanded="false"')
    expect(html).not.toMatch(/aria-controls|aria-activedescendant|listbox"/)
    expect(html).toContain('There is nothing to find yet.')
  })
  it('says what it waits for, and what failed', () => {
    expect(markup({ state: 'loading' })).toContain('Loading instruments')
    expect(markup({ state: 'failed' })).toContain('could not be loaded')
  })
  it('shows what others named as text', () => {
    const html = markup({ items: [item('x', { title: XSS, detail: XSS })] })
    expect(html).not.toContain('<img')
    expect(html).toContain('&lt;img')
  })
})

describe('its button', () => {
  it('is named by what is shown', () => {
    const html = renderToStaticMarkup(createElement(PaletteButtonView, { name: { symbol: 'ETH', venue: 'All venues' } }))
    expect(html).toContain('aria-haspopup="dialog"')
    expect(html).not.toContain('aria-label')
    expect(html).toMatch(/>Instrument:<.*>ETH<.*>All venues</)
  })
  it('asks to search where nothing is shown', () => {
    const html = renderToStaticMarkup(createElement(PaletteButtonView, { name: null }))
    expect(html).not.toContain('aria-label')
    expect(html).toContain('>Search<')
  })
  it('shows a hostile symbol as text', () => {
    const html = renderToStaticMarkup(createElement(PaletteButtonView, { name: { symbol: XSS, venue: XSS } }))
    expect(html).not.toContain('<img')
  })
})
