import { FaultlineError } from '@faultline/market/errors'

/** A forecast probability and what came of it. */
export interface ForecastOutcome {
  forecast: number
  /** 1 when it happened, 0 when not; shares between are fine */
  outcome: number
  /** 1 without it */
  weight?: number
}

/** A rising line through points: what a forecast is worth. Plain numbers, as JSON keeps them. */
export interface Calibration {
  /** mean forecast of each block, rising */
  forecast: readonly number[]
  /** what happened on average, rising */
  observed: readonly number[]
}

/**
 * Isotonic regression by pooling adjacent violators (Ayer et al. 1955): the rising step function that is nearest to the outcomes in least
 * squares. Equal forecasts are pooled first. Of no pairs it is empty, and leaves forecasts as they are.
 * FaultlineError `bad_input` on a pair that is none.
 */
export function fitIsotonic(pairs: readonly ForecastOutcome[]): Calibration {
  for (const { forecast, outcome, weight = 1 } of pairs) {
    if (!Number.isFinite(forecast)) throw bad('forecast', forecast)
    if (!(outcome >= 0 && outcome <= 1)) throw bad('outcome', outcome)
    if (!(Number.isFinite(weight) && weight > 0)) throw bad('weight', weight)
  }
  const blocks: Block[] = []
  for (const pooled of poolEqual(pairs)) {
    let block = pooled
    for (let before = blocks.at(-1); before && before.observed >= block.observed; before = blocks.at(-1)) {
      block = pool(before, block)
      blocks.pop()
    }
    blocks.push(block)
  }
  return { forecast: blocks.map((block) => block.forecast), observed: blocks.map((block) => block.observed) }
}

interface Block {
  forecast: number
  observed: number
  weight: number
}

/** One block per distinct forecast, rising. */
function poolEqual(pairs: readonly ForecastOutcome[]): Block[] {
  const blocks: Block[] = []
  for (const { forecast, outcome, weight = 1 } of [...pairs].sort((a, b) => a.forecast - b.forecast)) {
    const last = blocks.at(-1)
    const block = { forecast, observed: outcome, weight }
    if (last?.forecast === forecast) blocks[blocks.length - 1] = { ...pool(last, block), forecast }
    else blocks.push(block)
  }
  return blocks
}

function pool(a: Block, b: Block): Block {
  const weight = a.weight + b.weight
  const mean = (x: number, y: number) => (x * a.weight + y * b.weight) / weight
  return { forecast: mean(a.forecast, b.forecast), observed: mean(a.observed, b.observed), weight }
}

/** A forecast as it should have been made: linear between the blocks, flat beyond the first and the last. */
export function recalibrate({ forecast, observed }: Calibration, value: number): number {
  if (forecast.length === 0) return value
  let [low, high] = [0, forecast.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((forecast[middle] as number) >= value) high = middle
    else low = middle + 1
  }
  if (low === 0) return observed[0] as number
  if (low === forecast.length) return observed[low - 1] as number
  const [x0, x1] = [forecast[low - 1] as number, forecast[low] as number]
  const [y0, y1] = [observed[low - 1] as number, observed[low] as number]
  return y0 + ((value - x0) / (x1 - x0)) * (y1 - y0)
}

const bad = (field: string, value: number) =>
  new FaultlineError('bad_input', `${value} is not ${field === 'weight' ? 'a positive weight' : 'a probability'}`, { place: { field } })
