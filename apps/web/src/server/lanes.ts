import { FaultlineError } from '@faultline/market/errors'

/**
 * Heavy work, so many at a time and in the order that it was asked for. Who comes when `mostWaiting` wait already is sent away: a script
 * must not keep memory and database busy.
 */
export class Lanes {
  private readonly most: number
  private readonly mostWaiting: number
  private readonly waiting: (() => void)[] = []
  private running = 0

  constructor(most: number, mostWaiting: number) {
    this.most = most
    this.mostWaiting = mostWaiting
  }

  /** @throws FaultlineError unavailable when too many wait; what `work` throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.most) this.running++
    else {
      if (this.waiting.length >= this.mostWaiting)
        throw new FaultlineError('unavailable', 'The server is busy with other questions of this kind. Try again in a moment.')
      // whoever leaves hands the lane over: `running` stays as it is
      await new Promise<void>((enter) => this.waiting.push(enter))
    }
    try {
      return await work()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.running--
    }
  }
}
