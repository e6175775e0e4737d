import { type ChildProcess, execFile, fork } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url))
const SMALL = ['--seed', '7', '--symbols', 'SIMSPARKUSDT', '--history-days', '0.1', '--warm-up-days', '0.1']

describe('venue on the command line', { timeout: 60_000 }, () => {
  let dir: string
  const children: ChildProcess[] = []
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'faultline-venue-cli-'))
  })
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  })

  interface Running {
    child: ChildProcess
    told: { ready: boolean; rest: string; ws: string; control: string }
    stdout: () => string
    ended: Promise<number | null>
  }
  const begin = (...args: string[]): Promise<Running> =>
    new Promise((done, failed) => {
      const child = fork(CLI, args, { cwd: dir, silent: true, env: { ...process.env, INIT_CWD: dir } })
      children.push(child)
      let stdout = ''
      child.stdout?.on('data', (data) => {
        stdout += String(data)
      })
      const ended = new Promise<number | null>((gone) => child.once('exit', gone))
      child.once('message', (told) => done({ child, told: told as Running['told'], stdout: () => stdout, ended }))
      ended.then((code) => failed(new Error(`it ended with ${code}`)))
    })
  const whenReady = ({ control }: { control: string }) =>
    expect
      .poll(async () => ((await (await fetch(`${control}/state`)).json()) as { instruments: { ready: boolean }[] }).instruments[0]?.ready, {
        timeout: 30_000,
      })
      .toBe(true)

  it('says where it listens, and ends with a checkpoint when it is asked to', async () => {
    const venue = await begin(...SMALL, '--state', 'here', '--clock-start', '2026-06-01', '--speed', '10')
    await whenReady(venue.told)
    const { rest, ws, control } = venue.told
    expect(JSON.parse(venue.stdout())).toEqual({ rest, ws, control })
    expect(venue.stdout().trimEnd().split('\n')).toHaveLength(1)
    const { serverTime } = (await (await fetch(`${rest}/fapi/v1/time`)).json()) as { serverTime: number }
    expect(new Date(serverTime).toISOString().slice(0, 10)).toBe('2026-06-01')
    venue.child.kill('SIGTERM')
    expect(await venue.ended).toBe(0)
    expect((await readdir(join(dir, 'here'))).sort()).toEqual(['SIMSPARKUSDT.market', 'venue.json'])
  })

  it('ends when whoever started it is gone', async () => {
    const venue = await begin(...SMALL)
    venue.child.disconnect()
    expect(await venue.ended).toBe(0)
  })

  const run = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((done) => {
      execFile(process.execPath, [CLI, ...args], { cwd: dir }, (error, stdout, stderr) =>
        done({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
      )
    })

  it('explains itself', async () => {
    const { code, stdout } = await run('--help')
    expect(code).toBe(0)
    for (const option of ['--seed', '--port', '--control-port', '--state', '--history-days', '--speed', '--symbols', '--clock-start'])
      expect(stdout).toContain(option)
  })

  it.each([
    [['--seed', 'many'], '--seed'],
    [['--seed', '1', '--port', '70000'], '--port'],
    [['--seed', '1', '--clock-start', 'soon'], '--clock-start'],
    [['--seed', '1', '--symbols', 'BTCUSDT'], 'SIMOAKUSDT'],
  ])('refuses %j, naming %s', async (args, named) => {
    const { code, stdout, stderr } = await run(...args)
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain(named)
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  it('says that its port is taken', async () => {
    const other = createServer()
    const port = await new Promise<number>((done) => other.listen(0, '127.0.0.1', () => done((other.address() as { port: number }).port)))
    try {
      const { code, stderr } = await run(...SMALL, '--port', String(port))
      expect(code).toBe(1)
      expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use already`)
    } finally {
      other.close()
    }
  })
})
