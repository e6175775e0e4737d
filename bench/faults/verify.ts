/** What the end of every bench of this folder is: the ledger, the rebuild and the export against the tables. */
import { type Comparison, compare } from './compare.ts'
import type { Product } from './product.ts'
import { msOf } from './sql.ts'
import type { Watch } from './watch.ts'

const HOUR_MS = 3_600_000

export async function verify(product: Product, watch: Watch): Promise<Comparison> {
  const { figures, problems } = await compare(product)
  problems.push(...(await watch.lostColumns()))
  problems.push(...(await verifyRebuild(product)), ...(await verifyExport(product)))
  return { figures, problems }
}

async function verifyRebuild(product: Product): Promise<string[]> {
  const lines: string[] = []
  const code = await product.cli(['rebuild', '--verify'], (line) => lines.push(line))
  const problems = product.symbols
    .filter((symbol) => !lines.includes(`simulated:${symbol} equal`))
    .map((symbol) => `rebuild --verify does not say that ${symbol} is equal`)
  if (code !== 0) problems.push(`rebuild --verify ended with ${code}`)
  return problems.length > 0 ? [...problems, ...lines.map((line) => `  ${line}`)] : []
}

/** The newest hours of the first instrument: every column of the table is in the file, and no other. */
async function verifyExport(product: Product): Promise<string[]> {
  const [symbol] = product.symbols
  const { rows } = await product.db.pool.query<{ id: number; build: number; first: number; last: number }>(
    `select i.id, b.id as build, ${msOf('b.first_bucket')} as first, ${msOf('b.last_bucket')} as last
       from instrument i join build b on b.id = i.current_build_id where i.simulated and i.symbol = $1`,
    [symbol],
  )
  const [served] = rows
  if (!served) return [`${symbol} has no columns to export`]
  // Times of an export are the ends of buckets.
  const to = served.last + 60_000
  const from = Math.max(served.first + 60_000, to - 4 * HOUR_MS)
  const { rows: expected } = await product.db.pool.query<{ end: number }>(
    `select ${msOf('bucket')} + 60000 as end from "column" where instrument_id = $1 and build_id = $2 and bucket >= $3 and bucket < $4`,
    [served.id, served.build, new Date(from - 60_000), new Date(to - 60_000)],
  )
  const times = new Set<number>()
  let header: string | null = null
  const code = await product.cli(['export', '--instrument', `simulated:${symbol}`, '--from', String(from), '--to', String(to)], (line) => {
    if (header === null) header = line
    else times.add(Number(line.slice(0, line.indexOf(','))))
  })
  if (code !== 0) return [`export ended with ${code}`]
  const missing = expected.filter((c) => !times.has(c.end))
  if (missing.length === 0 && times.size === expected.length) return []
  return [`export of ${symbol} has ${times.size} buckets, the table ${expected.length}`]
}
