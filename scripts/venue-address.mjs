// Where the simulated venue of the running product listens: for commands that are started beside it (a second worker).
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { stateDir } from './environment.mjs'

const file = path.join(stateDir, 'venue.json')

/** @param {{ rest: string, ws: string, control: string }} venue */
export function rememberVenue({ rest, ws, control }) {
  mkdirSync(stateDir, { recursive: true })
  writeFileSync(file, `${JSON.stringify({ rest, ws, control })}\n`)
}

export const forgetVenue = () => rmSync(file, { force: true })

/** Variables for a worker; none where no simulated venue runs. */
export function venueEnv() {
  try {
    const { rest, ws } = JSON.parse(readFileSync(file, 'utf8'))
    return { FAULTLINE_SIMULATED_REST_URL: rest, FAULTLINE_SIMULATED_WS_URL: ws }
  } catch {
    return {}
  }
}
