/** One thing at a time, in the order asked for. A failure is the caller's alone. */
export class Serial {
  private last: Promise<unknown> = Promise.resolve()

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work)
    this.last = result.catch(() => undefined)
    return result
  }

  /** Resolves when everything asked for so far has ended, however it went. */
  async idle(): Promise<void> {
    await this.last
  }
}
