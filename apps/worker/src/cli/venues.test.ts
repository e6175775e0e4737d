import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { startCli } from '../../test/run-cli.ts'

it('asks nothing of a venue that has told the worker to wait', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'faultline-venues-'))
  try {
    // Nobody listens there: whoever asked would be told so.
    const host = '127.0.0.1:1'
    writeFileSync(path.join(folder, 'bans.json'), JSON.stringify({ [host]: Date.now() + 3_600_000 }))
    const where = ['--venue', 'bybit-linear', '--rest', `http://${host}`, '--ws', `ws://${host}`]
    const { code, stderr } = await startCli(['venues', 'check', '--seconds', '1', ...where], { env: { FAULTLINE_STATE_DIR: folder } }).ended
    expect(stderr).toContain(`${host} has told us to wait until`)
    expect(code).toBe(1)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('asks nobody where one of the venues cannot be asked', async () => {
  const venues = ['--venue', 'bybit-linear', 'simulated-okx']
  const { code, stdout, stderr } = await startCli(['venues', 'check', '--seconds', '1', ...venues]).ended
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('Simulated OKX: no simulated venue runs here')
  expect(stderr).not.toContain('bybit-linear:')
})
