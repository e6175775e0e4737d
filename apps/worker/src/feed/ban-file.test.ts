import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { BanFile } from './ban-file.ts'

const NOW = Date.UTC(2026, 2, 1, 12)
const HOUR = 3_600_000
let folder: string
let file: string
let lines: string[]
const log = (line: string) => lines.push(line)

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] })
  folder = mkdtempSync(path.join(tmpdir(), 'faultline-bans-'))
  file = path.join(folder, 'state', 'bans.json')
  lines = []
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

it('keeps a ban for whoever reads the file next, readable by its owner only', () => {
  expect(new BanFile(file).until('one:443', log)).toBeNull()
  new BanFile(file).ban('one:443', NOW + HOUR, log)
  expect(new BanFile(file).until('one:443', log)).toBe(NOW + HOUR)
  expect(new BanFile(file).until('two:443', log)).toBeNull()
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(lines).toEqual([])
})

it('knows of bans that another process has entered since', () => {
  const [mine, theirs] = [new BanFile(file), new BanFile(file)]
  mine.ban('one', NOW + HOUR, log)
  theirs.ban('two', NOW + 2 * HOUR, log)
  expect(mine.until('two', log)).toBe(NOW + 2 * HOUR)
  expect(theirs.until('one', log)).toBe(NOW + HOUR)
})

it('forgets a ban when its time has come', () => {
  const bans = new BanFile(file)
  bans.ban('one', NOW + HOUR, log)
  vi.setSystemTime(NOW + HOUR - 1)
  expect(bans.until('one', log)).toBe(NOW + HOUR)
  vi.setSystemTime(NOW + HOUR)
  expect(bans.until('one', log)).toBeNull()
  bans.ban('two', NOW + 2 * HOUR, log)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ two: NOW + 2 * HOUR })
})

it.each([
  ['cut short', '{"one": 17'],
  ['a list', '[1, 2]'],
  ['empty', ''],
  ['of bytes', '\u0000\u0001'],
  ['of another kind', '{"one": "tomorrow"}'],
  ['about the year 3000', `{"one": ${Date.UTC(3000, 0)}}`],
])('is ignored when it is %s, said once, and written anew by the next ban', (_, text) => {
  new BanFile(file).ban('zero', NOW + 1, log)
  writeFileSync(file, text)
  const bans = new BanFile(file)
  expect([bans.until('one', log), bans.until('one', log)]).toEqual([null, null])
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain(`${file} is damaged`)
  bans.ban('one', NOW + HOUR, log)
  expect(new BanFile(file).until('one', log)).toBe(NOW + HOUR)
})

it('takes no ban for longer than three days from when it was first read', () => {
  new BanFile(file).ban('one', NOW + 200 * 24 * HOUR, log)
  expect(new BanFile(file).until('one', log)).toBe(NOW + 72 * HOUR)
  vi.setSystemTime(NOW + 71 * HOUR)
  expect(new BanFile(file).until('one', log)).toBe(NOW + 72 * HOUR)
  vi.setSystemTime(NOW + 72 * HOUR)
  expect(new BanFile(file).until('one', log)).toBeNull()
  expect(lines).toHaveLength(1)
})

it('says when a ban cannot be written', () => {
  const blocked = path.join(folder, 'file')
  writeFileSync(blocked, '')
  new BanFile(path.join(blocked, 'bans.json')).ban('one', NOW + HOUR, log)
  expect(lines.at(-1)).toContain('could not be written, a restart would forget the ban')
})
