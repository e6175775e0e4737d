/** Brings one instrument to the present: from its checkpoint where that can be read, else anew from genesis. */
import { FaultlineError } from '@faultline/market/errors'
import { HOUR_MS } from '@faultline/market/units'
import { readCheckpoint, writeCheckpoint } from './checkpoint-files.ts'
import { LiveMarket, type LiveMarketOptions, openMarket } from './live-market.ts'
import { type Shares, sameShares } from './shares.ts'
import { KEPT_TICKS_MS } from './tape.ts'

/** Simulated time between two looks at the outside: some ten milliseconds of work. */
const SLICE_MS = HOUR_MS

export interface CatchUpJob {
  readonly market: LiveMarketOptions
  /** where the checkpoint lies and is written; null: nothing on disk */
  readonly stateDir: string | null
  /** venue time to reach, UTC ms */
  readonly to: number
}

export interface CaughtUp {
  readonly market: LiveMarket
  /** why the checkpoint that lay there was not used, for whoever runs the venue */
  readonly refused?: string
}

/**
 * @param pause called after each slice of simulated time with how far it has come; throwing stops the work
 * @throws what reading or writing the checkpoint throws, but for one that cannot be used
 */
export async function catchUp(job: CatchUpJob, pause: (simulatedTo: number) => Promise<void> | void): Promise<CaughtUp> {
  const { market, refused } = await resume(job)
  while (market.simulatedTo < job.to) {
    market.advance(Math.min(job.to, market.simulatedTo + SLICE_MS))
    await pause(market.simulatedTo)
  }
  if (job.stateDir !== null) await writeCheckpoint(job.stateDir, market)
  return refused === undefined ? { market } : { market, refused }
}

async function resume({ market: options, stateDir, to }: CatchUpJob): Promise<CaughtUp> {
  const bytes = stateDir === null ? null : await readCheckpoint(stateDir, options.symbol)
  if (bytes === null) return { market: new LiveMarket(options) }
  try {
    const market = openMarket(bytes)
    for (const name of ['seed', 'symbol', 'genesis', 'warmUpDays'] as const) {
      if (market.options[name] !== options[name]) {
        throw new FaultlineError('bad_input', `its ${name} is ${market.options[name]}, and ${options[name]} is wanted`)
      }
    }
    if (!sameShares(market.options.shares, options.shares)) {
      const { shares } = market.options
      throw new FaultlineError('bad_input', `its flow is ${told(shares)}, and ${told(options.shares)} is wanted: it is simulated anew`)
    }
    // A clock that was set back: the market of then is made again, since one that has been cannot be undone.
    if (market.simulatedTo > to + KEPT_TICKS_MS) {
      throw new FaultlineError('bad_input', `it is of ${new Date(market.simulatedTo).toISOString()}, later than the venue's clock`)
    }
    return { market }
  } catch (error) {
    if (!(error instanceof FaultlineError)) throw error
    return { market: new LiveMarket(options), refused: `${options.symbol}: ${error.message}` }
  }
}

const told = (shares: Shares | undefined): string =>
  shares
    ? `split ${Object.entries(shares)
        .map(([wire, weight]) => `${wire} ${weight}`)
        .join(', ')}`
    : 'all at one venue'
