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

/** @param {{ rest: string, ws: string, control: string }} venue */
export function rememberVenue({ rest, ws, control }) {
  mkdirSync(stateDir, { recursive: true })
  writeFileSync(file, `${JSON.stringify({ rest, ws, control })}\n`)
}

export const forgetVenue = () => rmSync(file, { force: true })

/** Those of the last start, as options of `venue`; 0, any that is free, where there was none or somebody else has one now. */
export async function venuePorts() {
  const last = read()
  const ports = last ? [last.rest, last.control].map((url) => new URL(url).port) : ['0', '0']
  const free = await Promise.all(ports.map((port) => portFree(Number(port))))
  return free.every(Boolean) ? ports : ['0', '0']
}

/** Variables for a worker; none where no simulated venue runs. */
export function venueEnv() {
  const venue = read()
  return venue ? { FAULTLINE_SIMULATED_REST_URL: venue.rest, FAULTLINE_SIMULATED_WS_URL: venue.ws } : {}
}
