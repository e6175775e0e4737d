/** Faults that a test orders: which ones are on, and what they ask of those who send. Times are of the wall clock. */
import { FaultlineError } from '@faultline/market/errors'
import { SECOND_MS } from '@faultline/market/units'
import { CHANNELS, type Channel } from './streams.ts'

/** `seconds` is how long it lasts. Lists that are left out mean all of them. */
export type FaultSpec = { seconds: number } & (
  | { kind: 'cut'; rest?: boolean }
  | { kind: 'stall'; channels?: Channel[]; symbols?: string[] }
  | { kind: 'duplicate'; channels?: Channel[] }
  | { kind: 'reorder'; windowMs?: number }
  | { kind: 'rateLimit'; retryAfter?: number }
  | { kind: 'ban' }
  | { kind: 'serverError'; status?: number; paths?: string[]; after?: number }
  | { kind: 'slow'; delayMs: number }
  | { kind: 'dump'; count?: number; channels?: Channel[] }
  | { kind: 'garbage'; everyMs?: number }
  | { kind: 'clock'; offsetMs: number }
)
export type FaultKind = FaultSpec['kind']

/** `from` and `until` in UTC ms. */
export type Fault = FaultSpec & { id: string; from: number; until: number }
export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>

const MAX_SECONDS = 86_400
/** Which fields each kind takes, and how they are checked. */
const FIELDS: Record<FaultKind, Record<string, (value: unknown) => boolean>> = {
  cut: { rest: isBoolean },
  stall: { channels: isChannels, symbols: isTexts },
  duplicate: { channels: isChannels },
  reorder: { windowMs: between(1, 60_000) },
  rateLimit: { retryAfter: between(0, MAX_SECONDS) },
  ban: {},
  serverError: { status: between(500, 599), paths: isTexts, after: between(0, 1e9) },
  slow: { delayMs: between(0, 600_000) },
  dump: { count: between(1, 1_000), channels: isChannels },
  garbage: { everyMs: between(1, 600_000) },
  clock: { offsetMs: between(-1e12, 1e12) },
}
const REQUIRED: Partial<Record<FaultKind, string>> = { slow: 'delayMs', clock: 'offsetMs' }

export class Faults {
  private readonly faults = new Map<string, Fault>()
  private readonly timers = new Map<string, NodeJS.Timeout>()
  private readonly listeners: { begun: (fault: Fault) => void; ended: (fault: Fault) => void }[] = []
  private count = 0

  /** Switches a fault on. @throws FaultlineError bad_input that says which field cannot be */
  add(spec: FaultSpec): Fault {
    check(spec)
    const from = Date.now()
    const fault: Fault = { id: `fault-${++this.count}`, from, until: from + spec.seconds * SECOND_MS, ...spec }
    this.faults.set(fault.id, fault)
    this.timers.set(
      fault.id,
      setTimeout(() => this.remove(fault.id), spec.seconds * SECOND_MS),
    )
    for (const { begun } of this.listeners) begun(fault)
    return fault
  }

  list(): Fault[] {
    return [...this.faults.values()]
  }

  /** Ends a fault before its time. False when there is none of that id. */
  remove(id: string): boolean {
    const fault = this.faults.get(id)
    if (!fault) return false
    this.faults.delete(id)
    clearTimeout(this.timers.get(id))
    this.timers.delete(id)
    for (const { ended } of this.listeners) ended(fault)
    return true
  }

  clear(): void {
    for (const id of [...this.faults.keys()]) this.remove(id)
  }

  /** The newest fault of a kind that is on. */
  active<K extends FaultKind>(kind: K): FaultOf<K> | undefined {
    let newest: Fault | undefined
    for (const fault of this.faults.values()) if (fault.kind === kind) newest = fault
    return newest as FaultOf<K> | undefined
  }

  /** Whether messages of this channel and symbol are held back. */
  stalled(channel: Channel, symbol: string): boolean {
    for (const fault of this.faults.values()) {
      if (fault.kind === 'stall' && covers(fault.channels, channel) && covers(fault.symbols, symbol)) return true
    }
    return false
  }

  /** How often a message goes out. */
  copies(channel: Channel): number {
    const fault = this.active('duplicate')
    return fault && covers(fault.channels, channel) ? 2 : 1
  }

  /** How many old messages a subscription to this channel is given first. */
  dumped(channel: Channel): number {
    const fault = this.active('dump')
    return fault && covers(fault.channels, channel) ? (fault.count ?? 100) : 0
  }

  /** Added to the server's time and to event times, ms. */
  clockOffset(): number {
    return this.active('clock')?.offsetMs ?? 0
  }

  onChange(listener: { begun: (fault: Fault) => void; ended: (fault: Fault) => void }): void {
    this.listeners.push(listener)
  }
}

const covers = (list: readonly string[] | undefined, value: string): boolean => list === undefined || list.includes(value)

function check(spec: FaultSpec): void {
  const { kind, seconds, ...rest } = spec
  const fields = Object.hasOwn(FIELDS, String(kind)) ? FIELDS[kind] : undefined
  if (!fields) throw refusal('kind', `“${String(kind)}” is no fault: take one of ${Object.keys(FIELDS).join(', ')}`)
  if (!between(0.001, MAX_SECONDS)(seconds)) throw refusal('seconds', `give the length in seconds, above 0 and up to ${MAX_SECONDS}`)
  for (const [name, value] of Object.entries(rest)) {
    const valid = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!valid) throw refusal(name, `${kind} takes ${['seconds', ...Object.keys(fields)].join(', ')}`)
    if (!valid(value)) throw refusal(name, `${JSON.stringify(value)} cannot be; see docs/simulated-venue.md for what ${kind} takes`)
  }
  const required = REQUIRED[kind]
  if (required !== undefined && !(required in rest)) throw refusal(required, `${kind} needs it`)
}

const refusal = (field: string, message: string): FaultlineError => new FaultlineError('bad_input', message, { place: { field } })

function between(low: number, high: number): (value: unknown) => boolean {
  return (value) => typeof value === 'number' && value >= low && value <= high
}
function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}
function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((v) => typeof v === 'string')
}
function isChannels(value: unknown): boolean {
  return isTexts(value) && (value as string[]).every((v) => CHANNELS.some((c) => c === v))
}
