import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** Commands that a program's help names. */
async function namedBy(program: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, program), '--help'])
  return [...stdout.matchAll(/^ {2}([a-z]+) .*\S/gm)].map(([, name]) => name as string)
}

it('is reached through npm run faultline with each of its commands', async () => {
  const [own, all] = await Promise.all([namedBy('main.ts'), namedBy('../../../../scripts/faultline.mjs')])
  expect(own).toContain('estimate')
  expect(own.filter((name) => name !== 'help' && !all.includes(name))).toEqual([])
}, 20_000)
