import { lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { dumpFolder } from '../../test/dump-folder.ts'
import { writeOutput } from './output-file.ts'

it('replaces a file when all is written, and leaves it alone when something fails', async () => {
  const folder = dumpFolder({ 'out.csv': 'old' })
  const out = join(folder, 'out.csv')
  const failing = function* () {
    yield 'x'.repeat(200_000)
    expect(readFileSync(out, 'utf8')).toBe('old')
    throw new Error('half way')
  }
  await expect(writeOutput(out, failing())).rejects.toThrow('half way')
  expect(readFileSync(out, 'utf8')).toBe('old')
  expect(readdirSync(folder)).toEqual(['out.csv'])
  await writeOutput(out, ['a', 'b'])
  expect(readFileSync(out, 'utf8')).toBe('a\nb\n')
  expect(readdirSync(folder)).toEqual(['out.csv'])
})

it('writes through a link, directly to a device, and not over a folder', async () => {
  const folder = dumpFolder({ 'real.csv': 'old' })
  const link = join(folder, 'link.csv')
  symlinkSync(join(folder, 'real.csv'), link)
  await writeOutput(link, ['new'])
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  expect(readFileSync(join(folder, 'real.csv'), 'utf8')).toBe('new\n')
  await writeOutput('/dev/null', ['x'])
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
  await expect(writeOutput(folder, ['x'])).rejects.toThrow('is a folder')
  await expect(writeOutput(join(folder, 'no/such/out.csv'), ['x'])).rejects.toThrow('no/such is no folder')
})
