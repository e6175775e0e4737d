/**
 * Until when which host has told us to wait, on disk: a worker that is started again must not ask earlier. Limits are per
 * address and host, so workers of one machine share the file, and it is read before every request; it is a line or two.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { DAY_MS } from '@faultline/market/units'

/** No venue bans for longer; what stands there is a damaged file or a clock that was wrong. */
export const LONGEST_BAN_MS = 3 * DAY_MS
/** Beyond this a time is no ban at all. */
const ABSURD_MS = 366 * DAY_MS

type Log = (line: string) => void

export class BanFile {
  readonly path: string
  /** what has been complained about, so that every further request does not say it again */
  private complaint = ''
  /** bans of which the file says too much and could not be corrected */
  private readonly capped = new Map<string, { until: number; written: number }>()

  constructor(file: string) {
    this.path = file
  }

  /** UTC ms until which nothing may be sent to `host`; null when that is not in the future. */
  until(host: string, log: Log): number | null {
    const now = Date.now()
    const written = this.read(log)[host]
    if (written === undefined || written <= now) return null
    if (written - now <= LONGEST_BAN_MS) return written
    const known = this.capped.get(host)
    if (known?.written === written) return known.until > now ? known.until : null
    const until = now + LONGEST_BAN_MS
    log(`${this.path}: the ban of ${host} is taken to end in three days, not on ${new Date(written).toISOString()}`)
    this.capped.set(host, { until, written })
    this.write({ [host]: until }, log)
    return until
  }

  /** Keeps a ban. It is on disk when this returns; where the disk refuses, that is logged and the caller still knows. */
  ban(host: string, until: number, log: Log): void {
    this.write({ [host]: until }, log)
  }

  private write(changed: Readonly<Record<string, number>>, log: Log): void {
    const now = Date.now()
    const lasting = Object.entries({ ...this.read(log), ...changed }).filter(([, until]) => until > now)
    const draft = `${this.path}.${process.pid}.part`
    try {
      mkdirSync(path.dirname(this.path), { recursive: true })
      const file = openSync(draft, 'w', 0o600)
      try {
        writeSync(file, `${JSON.stringify(Object.fromEntries(lasting))}\n`)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(draft, this.path)
      const folder = openSync(path.dirname(this.path), 'r')
      try {
        fsyncSync(folder)
      } finally {
        closeSync(folder)
      }
    } catch (error) {
      if (existsSync(draft)) rmSync(draft, { force: true })
      log(`${this.path} could not be written, a restart would forget the ban: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** Host → UTC ms. What is no such thing is left out, and said once. */
  private read(log: Log): Record<string, number> {
    let text: string
    try {
      text = readFileSync(this.path, 'utf8')
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) this.complain(String(error), log)
      return {}
    }
    const bans: Record<string, number> = {}
    try {
      const parsed: unknown = JSON.parse(text)
      if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('it is no JSON object')
      for (const [host, until] of Object.entries(parsed)) {
        if (typeof until === 'number' && Number.isFinite(until) && until < Date.now() + ABSURD_MS) bans[host] = until
        else this.complain(`“${JSON.stringify(until)}” is no time of a ban`, log)
      }
    } catch (error) {
      this.complain(error instanceof Error ? error.message : String(error), log)
    }
    return bans
  }

  private complain(what: string, log: Log): void {
    if (what === this.complaint) return
    this.complaint = what
    log(`${this.path} is damaged and ignored as far as it is: ${what}`)
  }
}
