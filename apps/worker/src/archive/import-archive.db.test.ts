import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { readTable } from '@faultline/db/repositories/events'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it, vi } from 'vitest'
import { zipOf } from '../../test/dump-folder.ts'
import { marketFiles } from '../../test/market-files.ts'
import { runCli } from '../../test/run-cli.ts'
import { scratchFolder } from '../../test/scratch-folder.ts'

vi.setConfig({ testTimeout: 60_000 })
const t = freshDatabase()

it('imports a copy of Binance’s archive from a folder, only what was asked for', async () => {
  const base = scratchFolder()
  const put = (name: string, bytes: Uint8Array): void => {
    const full = path.join(base, name)
    mkdirSync(path.dirname(full), { recursive: true })
    writeFileSync(full, bytes)
  }
  // 2024-01-05, five minutes a candle: the archive's files of minutes hold whatever length they say.
  for (const symbol of ['ARCUSDT', 'ELSEUSDT']) {
    const files = marketFiles({ symbol, count: 288 })
    for (const [name, text] of Object.entries(files)) {
      const table = name.includes('metrics') ? `metrics/${symbol}/${symbol}-metrics` : `klines/${symbol}/1m/${symbol}-1m`
      if (/kline|metrics/.test(name)) put(`data/futures/um/daily/${table}-2024-01-05.zip`, zipOf({ [path.basename(name)]: String(text) }))
    }
  }
  const args = ['import', '--archive', 'binance', '--symbol', 'ARCUSDT', '--from', '2024-01-05', '--to', '2024-01-07', '--base', base]
  const { code, stdout, stderr } = await runCli(args, { appUrl: t.appUrl })
  expect(stderr).toMatch(/does not have .*2024-01-06/)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^binance-usdm:ARCUSDT\n/)
  expect(stdout).not.toContain('ELSEUSDT')
  await expect(findInstrument(t.db, 'binance-usdm:ELSEUSDT')).rejects.toMatchObject({ code: 'not_found' })
})

it('files Bybit’s trades under Bybit', async () => {
  const base = scratchFolder()
  mkdirSync(path.join(base, 'trading/ETHUSDT'), { recursive: true })
  const header = 'timestamp,symbol,side,size,price'
  const trades = Array.from({ length: 120 }, (_, i) => `${1_704_412_800 + i},ETHUSDT,${i % 3 === 0 ? 'Buy' : 'Sell'},0.5,${2_000 + i}`)
  writeFileSync(path.join(base, 'trading/ETHUSDT/ETHUSDT2024-01-05.csv.gz'), gzipSync([header, ...trades].join('\n')))
  const args = ['import', '--archive', 'bybit', '--symbol', 'ETHUSDT', '--from', '2024-01-05', '--to', '2024-01-06', '--base', base]
  const { code, stdout } = await runCli(args, { appUrl: t.appUrl })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^bybit-linear:ETHUSDT\n {2}candles 1m +2 read, 2 new/)
  const { id } = await findInstrument(t.db, 'bybit-linear:ETHUSDT')
  const { columns } = await readTable(t.db.pool, 'candle', id, { intervalMs: 60_000 })
  expect([...columns.volume]).toEqual([30, 30])
  expect([...columns.takerBuyVolume]).toEqual([10, 10])
  expect(await runCli([...args, '--dump', base], { appUrl: t.appUrl })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('not both'),
  })
  expect(await runCli(['import'], { appUrl: t.appUrl })).toMatchObject({ code: 1, stderr: expect.stringContaining('--archive') })
})
