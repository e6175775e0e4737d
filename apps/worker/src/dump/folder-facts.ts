import { FaultlineError } from '@faultline/market/errors'
import { symbolSchema } from '@faultline/market/instrument'
import { z } from 'zod'
import { classify } from './classify.ts'
import type { InputFile } from './input-files.ts'

/** What brackets.json and market.json say. */
export interface FolderFacts {
  brackets: { file: string; symbol: string | null; json: unknown }[]
  /** by the folder in which the market.json stands */
  markets: Map<string, { symbol: string; simulated: boolean }>
}

const marketJson = z.object({ format: z.literal('faultline-market-1'), symbol: symbolSchema, simulated: z.boolean().default(false) })

export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

export async function readFacts(files: readonly InputFile[], above: readonly string[]): Promise<FolderFacts> {
  const facts: FolderFacts = { brackets: [], markets: new Map() }
  for (const file of files) {
    const { kind, symbol } = classify(file.path, above)
    if (kind === 'brackets') facts.brackets.push({ file: file.path, symbol, json: await readJson(file) })
    if (kind !== 'market') continue
    const json = await readJson(file)
    // Somebody else's market.json is none of our business.
    if (!z.object({ format: z.string().startsWith('faultline-market-') }).safeParse(json).success) continue
    const parsed = marketJson.safeParse(json)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      throw new FaultlineError('bad_input', issue?.message ?? 'not a market description', {
        place: { file: file.path, field: issue?.path.join('.') || 'format' },
      })
    }
    facts.markets.set(folderOf(file.path), parsed.data)
  }
  return facts
}

const perSymbol = z.array(z.object({ symbol: z.string(), brackets: z.unknown() })).min(1)

/**
 * The brackets of a market: of a file that names its symbol, of the entry for its symbol in an answer of the venue
 * (`[{symbol, brackets}]`), or a bare table where there is only this market.
 */
export function bracketsFor(facts: FolderFacts, symbol: string, marketCount: number): { file: string; json: unknown } | null {
  const found: { file: string; json: unknown }[] = []
  for (const { file, symbol: named, json } of facts.brackets) {
    if (named !== null && named !== symbol) continue
    const answer = perSymbol.safeParse(Array.isArray(json) ? json : [json])
    if (answer.success) {
      const entry = answer.data.find((e) => e.symbol === symbol)
      if (entry) found.push({ file, json: entry.brackets })
    } else if (named !== null || marketCount === 1) found.push({ file, json })
  }
  const [first, second] = found
  if (!first) return null
  if (second && JSON.stringify(first.json) !== JSON.stringify(second.json)) {
    throw new FaultlineError('bad_input', `other brackets for ${symbol} than in ${first.file}; keep one of the two`, {
      place: { file: second.file },
    })
  }
  return first
}

/** The symbol that a single table of brackets names, for a folder where nothing else does. */
export function symbolOfBrackets(facts: FolderFacts): string | undefined {
  const symbols = facts.brackets.flatMap(({ symbol, json }) => {
    const answer = perSymbol.safeParse(Array.isArray(json) ? json : [json])
    return symbol ?? (answer.success ? answer.data.map((entry) => entry.symbol) : [])
  })
  return symbols.length === 1 && symbolSchema.safeParse(symbols[0]).success ? symbols[0] : undefined
}

async function readJson(file: InputFile): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of file.open()) chunks.push(chunk)
  try {
    return JSON.parse(
      Buffer.concat(chunks)
        .toString('utf8')
        .replace(/^\ufeff/, ''),
    )
  } catch (error) {
    throw new FaultlineError('bad_input', `not JSON (${(error as Error).message.slice(0, 120)})`, {
      place: { file: file.path },
      cause: error,
    })
  }
}
