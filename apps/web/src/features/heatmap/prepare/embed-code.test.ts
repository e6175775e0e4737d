import { expect, it } from 'vitest'
import { embedHtml } from './embed-code.ts'

it('names what is shown, and nothing of a symbol is HTML', () => {
  const plain = { pal: 'twin', side: 'both', log: false, heat: true, scale: 'absolute' }
  expect(embedHtml('https://x.example', 'a:B', '3d', plain)).toContain('src="https://x.example/embed/a:B?r=3d"')
  expect(embedHtml('https://x.example', 'a:B', '3d', { ...plain, pal: 'viridis', log: true })).toContain('?r=3d&amp;pal=viridis&amp;log=1"')
  const hostile = embedHtml('https://x.example', 'a:"><img src=x onerror=alert(1)>', '1d', plain)
  expect(hostile.match(/</g)).toHaveLength(2)
  expect(hostile.match(/"/g)).toHaveLength(12)
})
