import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url))
interface Run {
  code: number
  stdout: string
  stderr: string
}

describe('simulate on the command line', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'faultline-cli-'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  const run = (...args: string[]): Promise<Run> =>
    new Promise((done) => {
      const env = { ...process.env, INIT_CWD: dir }
      execFile(process.execPath, [CLI, ...args], { env }, (error, stdout, stderr) =>
        done({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
      )
    })

  it('writes the folder relative to the caller and one line about it', async () => {
    const { code, stdout } = await run(
      ...[
        '--days',
        '0.25',
        '--seed',
        '5',
        '--out',
        'here/market',
        '--interval',
        '5m',
        '--start',
        '2025-06-01T12:00',
        '--symbol',
        'TESTUSDT',
        '--price',
        '50',
      ],
    )
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(stdout).toContain('TESTUSDT 2025-06-01T12:00:00.000Z – 2025-06-01T18:00:00.000Z: 72 candles')
    const klines = (await readFile(join(dir, 'here/market/klines.csv'), 'utf8')).trimEnd().split('\n')
    expect(klines).toHaveLength(73)
    expect(klines[1]).toMatch(/^1748779200000,(49\.|50\.)/)
    expect(await readdir(join(dir, 'here'))).toEqual(['market'])
  }, 60_000)

  it('takes the character of an instrument of the venue, its price and symbol with it', async () => {
    const { code, stdout } = await run(
      ...['--days', '0.125', '--seed', '5', '--out', 'm', '--interval', '5m', '--character', 'SIMGALEUSDT'],
    )
    expect(code).toBe(0)
    expect(stdout).toContain('SIMGALEUSDT')
    expect(await readFile(join(dir, 'm/klines.csv'), 'utf8')).toMatch(/\n\d+,0\.1[78]\d+,/)
    expect(JSON.parse(await readFile(join(dir, 'm/market.json'), 'utf8'))).toMatchObject({ character: { fundingIntervalHours: 4 } })
  }, 60_000)

  it('takes a crowd and a feed that loses things, and says so in market.json', async () => {
    const small = ['--days', '0.125', '--seed', '5', '--interval', '5m', '--crowd', 'high']
    const whole = await run(...small, '--out', 'whole')
    const lost = ['--hide-prints', '0.4', '--no-taker', '--no-ratios', '--oi-lag', '5', '--gaps', '0.2']
    const poor = await run(...small, '--out', 'poor', ...lost)
    const silent = await run(...small, '--out', 'silent', '--no-prints', '--mechanics', 'plain')
    expect([whole.code, poor.code, silent.code]).toEqual([0, 0, 0])
    const lines = async (file: string): Promise<number> => (await readFile(join(dir, file), 'utf8')).split('\n').length
    expect(await lines('poor/liquidationSnapshot.csv')).toBeLessThan(await lines('whole/liquidationSnapshot.csv'))
    expect(await readFile(join(dir, 'poor/truth.csv'), 'utf8')).toBe(await readFile(join(dir, 'whole/truth.csv'), 'utf8'))
    expect(await readFile(join(dir, 'poor/klines.csv'), 'utf8')).toMatch(/,,,0\n/)
    expect(await readdir(join(dir, 'silent'))).not.toContain('liquidationSnapshot.csv')
    expect(silent.stdout).toContain('none of')
    const market = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(dir, name, 'market.json'), 'utf8'))
    expect(await market('poor')).toMatchObject({ crowd: 'high', mechanics: 'full', degrade: { hidePrints: 0.4, oiLagMs: 300_000 } })
    expect(await market('whole')).not.toHaveProperty('degrade')
    expect(await market('silent')).not.toHaveProperty('mechanics')
  }, 60_000)

  it('explains itself', async () => {
    const { code, stdout } = await run('--help')
    expect(code).toBe(0)
    for (const option of ['--days', '--seed', '--out', '--interval', '--start', '--symbol', '--price']) expect(stdout).toContain(option)
  })

  it.each([
    [['--seed', '1', '--out', 'm'], '--days'],
    [['--days', 'many', '--seed', '1', '--out', 'm'], '--days'],
    [['--days', '-1', '--seed', '1', '--out', 'm'], 'days'],
    [['--days', '1', '--seed', '0.5', '--out', 'm'], 'seed'],
    [['--days', '1', '--seed', '1', '--out', 'm', '--interval', '7m'], '--interval'],
    [['--days', '1', '--seed', '1', '--out', 'm', '--start', 'yesterday'], '--start'],
    [['--days', '1', '--seed', '1', '--out', 'm', '--price', '0'], 'price'],
    [['--days', '1', '--seed', '1', '--out', 'm', '--symbol', 'a b'], 'symbol'],
    [['--days', '1', '--seed', '1', '--out', 'm', '--character', 'SIMELMUSDT'], 'SIMELMUSDT'],
    [['--days', '1', '--seed', '1', '--out', 'm', '--crowd', 'tall'], 'tall'],
    [['--days', '1', '--seed', '1', '--out', 'm', '--mechanics', 'odd'], '--mechanics'],
    [['--days', '1', '--seed', '1', '--out', 'm', '--hide-prints', '40'], 'share'],
    [['--days', '1', '--seed', '1', '--out', 'm', '--oi-lag', '7'], 'five minutes'],
    [['--days', '1', '--seed', '1', '--out', 'm', '--gaps', 'some'], '--gaps'],
    [['--days', '1', '--seed', '1', '--out', 'm', '--colour', 'red'], '--colour'],
    [['--days', '1', '--seed', '1', '--out', 'taken'], 'taken'],
  ])('refuses %j, naming %s', async (args, named) => {
    await writeFile(join(dir, 'taken'), 'a file')
    const { code, stdout, stderr } = await run(...args)
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain(named)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(await readdir(dir)).toEqual(['taken'])
  })
})
