// Where the simulated venue of this installation listens: for commands that are started beside it (a second worker), and for its
// next start, which takes the same ports: a worker that outlived the start still holds its markets, and finds it there again.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { portFree } from '../packages/db/tools/local-postgres.mjs'
import { stateDir } from './environment.mjs'

const file = path.join(stateDir, 'venue.json')

const read = () => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/** The venues of the simulated market beside Binance's, whose addresses have no name of their own. */
const OTHERS = ['bybit', 'okx', 'gate', 'hyperliquid']
export const WIRES = ['binance', ...OTHERS]

/** @param {{ rest: string, ws: string, control: string, venues?: Record<string, { rest: string, ws: string, control: string }> }} venue */
export function rememberVenue({ rest, ws, control, venues }) {
  mkdirSync(stateDir, { recursive: true })
  writeFileSync(file, `${JSON.stringify({ rest, ws, control, ...(venues ? { venues } : {}) })}\n`)
}

export const forgetVenue = () => rmSync(file, { force: true })

/** Options of `venue` for the ports that it listened on; any that are free where nothing is known of one. */
export function portOptions(said) {
  const port = (url) => (url ? new URL(url).port : '0')
  const others = OTHERS.map((wire) => `${wire}=${port(said?.venues?.[wire]?.rest)}:${port(said?.venues?.[wire]?.control)}`)
  return ['--port', port(said?.rest), '--control-port', port(said?.control), '--venue-ports', others.join(',')]
}

/** Where the venue of the last start listened, where nobody else does now; null otherwise. */
export async function lastVenue() {
  const last = read()
  if (!last) return null
  const faces = [last, ...Object.values(last.venues ?? {})]
  const ports = new Set(faces.flatMap(({ rest, control }) => [rest, control]).map((url) => Number(new URL(url).port)))
  const free = await Promise.all([...ports].map((port) => portFree(port)))
  return free.every(Boolean) ? last : null
}

/** Variables for a worker; none where no simulated venue runs. */
export function venueEnv(venue = read()) {
  if (!venue) return {}
  const others = OTHERS.filter((wire) => venue.venues?.[wire]).flatMap((wire) => {
    const name = `FAULTLINE_SIMULATED_${wire.toUpperCase()}`
    const { rest, ws } = venue.venues[wire]
    return [
      [`${name}_REST_URL`, rest],
      [`${name}_WS_URL`, ws],
    ]
  })
  return { FAULTLINE_SIMULATED_REST_URL: venue.rest, FAULTLINE_SIMULATED_WS_URL: venue.ws, ...Object.fromEntries(others) }
}
