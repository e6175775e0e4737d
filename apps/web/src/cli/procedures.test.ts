import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { ROUTES } from '../server/front/routes.ts'
import { pageEntries, procedureEntries } from './procedures.ts'

const app = path.join(import.meta.dirname, '../app')

it('lists every route handler that there is', () => {
  const handlers = globSync('**/route.ts', { cwd: app }).map((file) => {
    const parts = path.dirname(file).split(path.sep)
    return `/${parts.filter((part) => !/^\(.*\)$/.test(part)).join('/')}`
  })
  expect(
    ROUTES.filter(({ by }) => by === 'next')
      .map((route) => route.path)
      .sort(),
  ).toEqual(handlers.sort())
})

it('says of every procedure who may call it, and what it takes', () => {
  const entries = procedureEntries()
  expect(entries.length).toBeGreaterThan(20)
  for (const entry of entries) {
    expect(['public', 'signed in', 'team', 'admin']).toContain(entry.access)
    if (entry.access === 'team') expect(JSON.stringify(entry.input)).toMatch(/"(teamId|id)"/)
  }
  expect(entries.find(({ path: name }) => name === 'saved.update')).toMatchObject({
    type: 'mutation',
    access: 'team',
    role: 'editor',
    of: 'item',
  })
})

it('tells pages for administrators from others, and each of them checks for itself', () => {
  expect(pageEntries()).toContainEqual({ path: '/admin/sources', access: 'admin' })
  expect(pageEntries()).toContainEqual({ path: '/sign-in', access: 'public' })
  for (const file of globSync('(signed-in)/**/page.tsx', { cwd: app })) {
    const text = readFileSync(path.join(app, file), 'utf8')
    expect({ file, checks: /await (requireUser|requireAdmin|openTeam)\(/.test(text) }).toEqual({ file, checks: true })
    if (file.includes(`${path.sep}admin${path.sep}`))
      expect({ file, checks: /await requireAdmin\(/.test(text) }).toEqual({ file, checks: true })
  }
})
