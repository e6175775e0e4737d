import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { FaultlineError } from '@faultline/market/errors'
import { isoTime } from '@faultline/market/units'
import { LARGE_COIN } from './character.ts'
import { isDegraded } from './degrade.ts'
import { DUMP_TABLES } from './dump-tables.ts'
import type { SimulatedMarket } from './simulate.ts'

export const MARKET_FORMAT = 'faultline-market-1'

/**
 * Writes a market as a folder of Binance's public dump formats with `truth.csv` and `market.json`. All or nothing: the
 * files are written beside `dir` and moved there when they are complete; an older simulated market there is replaced.
 * @throws FaultlineError bad_input when `dir` is a file or holds something else; what stopped the writing otherwise
 */
export async function writeDump(market: SimulatedMarket, dir: string, options: { signal?: AbortSignal } = {}): Promise<void> {
  const target = resolve(dir)
  const { exists } = await checkTarget(target)
  await mkdir(dirname(target), { recursive: true })
  const draft = join(dirname(target), `.${basename(target)}.${randomUUID()}.partial`)
  const old = `${draft}.old`
  await mkdir(draft)
  try {
    for (const [name, lines] of Object.entries(DUMP_TABLES)) {
      if (name === 'liquidationSnapshot.csv' && market.prints === null) continue
      await writeLines(join(draft, name), lines(market), options.signal)
    }
    await writeFile(join(draft, 'brackets.json'), `${JSON.stringify(market.brackets, null, 2)}\n`)
    await writeFile(join(draft, 'market.json'), `${JSON.stringify(description(market), null, 2)}\n`)
    options.signal?.throwIfAborted()
    if (exists) await rename(target, old)
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
  await rm(old, { recursive: true, force: true })
}

/**
 * Says whether `dir` may become a dump: it is not there, is empty, or is a simulated market already.
 * @throws FaultlineError bad_input otherwise
 */
export async function checkTarget(dir: string): Promise<{ exists: boolean }> {
  let names: string[]
  try {
    names = await readdir(dir)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return { exists: false }
    if (code === 'ENOTDIR') throw new FaultlineError('bad_input', `${dir} is not a folder. Choose another --out.`)
    throw error
  }
  if (names.length === 0 || (await isMarket(dir))) return { exists: true }
  throw new FaultlineError('bad_input', `${dir} holds files that are not a simulated market. Choose an empty or new folder for --out.`)
}

async function isMarket(dir: string): Promise<boolean> {
  try {
    const found: unknown = JSON.parse(await readFile(join(dir, 'market.json'), 'utf8'))
    return typeof found === 'object' && found !== null && 'format' in found && found.format === MARKET_FORMAT
  } catch {
    return false
  }
}

function description({ settings }: SimulatedMarket) {
  const { symbol, seed, days, start, end, intervalMs, price, openInterestUsd, warmUpDays, character, crowd, mechanics, degrade } = settings
  return {
    format: MARKET_FORMAT,
    simulated: true,
    symbol,
    seed,
    days,
    start: isoTime(start),
    end: isoTime(end),
    intervalMs,
    price,
    openInterestUsd,
    warmUpDays,
    // Left out for the usual one, whose dumps stay the bytes that they have always been.
    ...(character.description !== LARGE_COIN.description && { character }),
    ...(crowd !== null && { crowd }),
    ...(mechanics !== 'plain' && { mechanics }),
    ...(isDegraded(degrade) && { degrade }),
  }
}

const CHUNK = 1 << 18

async function writeLines(path: string, lines: Iterable<string>, signal?: AbortSignal): Promise<void> {
  const file = await open(path, 'wx')
  try {
    let chunk = ''
    for (const line of lines) {
      chunk += `${line}\n`
      if (chunk.length < CHUNK) continue
      signal?.throwIfAborted()
      await file.write(chunk)
      chunk = ''
    }
    await file.write(chunk)
  } finally {
    await file.close()
  }
}
