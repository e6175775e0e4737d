import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { Menu, MenuItem } from './menu.tsx'

const nothing = () => {}

describe('Menu', () => {
  it('is a button that says it opens a menu, and is closed at first', () => {
    const html = renderToStaticMarkup(
      <Menu label="Export">
        <MenuItem onPress={nothing}>PNG</MenuItem>
      </Menu>,
    )
    expect(html).toMatch(/<button[^>]* aria-haspopup="menu" aria-expanded="false"/)
    expect(html).toContain('Export')
    expect(html).not.toContain('PNG')
  })
  it('keeps its name where only the icon is shown', () => {
    const html = renderToStaticMarkup(
      <Menu label="Export" iconOnly icon={<svg />}>
        {null}
      </Menu>,
    )
    expect(html).toContain('aria-label="Export"')
    expect(html).not.toContain('>Export')
  })
})

describe('MenuItem', () => {
  it('is an item, or one that is on or off', () => {
    expect(renderToStaticMarkup(<MenuItem onPress={nothing}>PNG</MenuItem>)).toContain('role="menuitem"')
    const on = renderToStaticMarkup(
      <MenuItem checked onPress={nothing}>
        Funding
      </MenuItem>,
    )
    expect(on).toContain('role="menuitemcheckbox" aria-checked="true"')
  })
  it('stays reachable by name while it is disabled', () => {
    expect(
      renderToStaticMarkup(
        <MenuItem disabled onPress={nothing}>
          PNG
        </MenuItem>,
      ),
    ).toContain('aria-disabled="true"')
  })
})
