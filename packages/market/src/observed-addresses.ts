/**
 * Accounts whose positions are observed. Addresses that an administrator gives: Hyperliquid's leaderboard as a file
 * (`leaderboardRows[].ethAddress`), a JSON list, or text with one address per line, alone or as the first such field of a CSV line.
 */

/** So many accounts are observed per data source at most. */
export const MOST_OBSERVED_ADDRESSES = 5_000

const ADDRESS = /^0x[0-9a-f]{40}$/

export interface AddressList {
  /** lower-case, each once, in the file's order */
  addresses: string[]
  /** how many were there again */
  duplicates: number
  /** what was no address, by line or row from 1; at most ten of them are named, and none is quoted */
  refused: { count: number; at: number[] }
}

const MOST_NAMED = 10

/** `0x` and 40 hexadecimal digits, in lower case; undefined for anything else. */
export function readAddress(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : ''
  return ADDRESS.test(text) ? text : undefined
}

/** What everybody may see of an address: `0x1234…abcd`. */
export const shortAddress = (address: string): string => `${address.slice(0, 6)}…${address.slice(-4)}`

/** Never throws: what cannot be read is counted in `refused`. */
export function readAddresses(text: string): AddressList {
  const rows = rowsOf(text.replace(/^\uFEFF/, ''))
  const addresses = new Set<string>()
  const at: number[] = []
  let count = 0
  let duplicates = 0
  rows.forEach((row, i) => {
    const address = row.map(readAddress).find((a) => a !== undefined)
    if (address !== undefined) {
      if (addresses.has(address)) duplicates++
      addresses.add(address)
    }
    // The first line may be a head of columns, and lines may be empty or notes.
    else if (row.some((field) => field !== '') && !(i === 0 && row.some(isHead))) {
      count++
      if (at.length < MOST_NAMED) at.push(i + 1)
    }
  })
  return { addresses: [...addresses], duplicates, refused: { count, at } }
}

const isHead = (field: unknown): boolean => typeof field === 'string' && /address|user|account|wallet/i.test(field)

/** Fields of each row that may hold an address. */
function rowsOf(text: string): unknown[][] {
  if (/^\s*[[{]/.test(text)) {
    const rows = listOf(parsed(text))
    if (rows) return rows.map((row) => [isFields(row) ? (row.ethAddress ?? row.address ?? row.user) : row])
  }
  return text.split(/\r?\n/).map((line) =>
    line
      .replace(/#.*$/, '')
      .split(/[,;\t]/)
      .map((field) => field.trim().replace(/^"(.*)"$/, '$1')),
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function listOf(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value
  if (!isFields(value)) return undefined
  return [value.leaderboardRows, value.rows, value.addresses].find((list) => Array.isArray(list)) as unknown[] | undefined
}

const isFields = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
