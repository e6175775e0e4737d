/**
 * The venue's time: `start` plus the wall time since, times `speed`. It never goes backwards: when the machine's clock is set
 * back it stands still until it is caught up with.
 */
export class VenueClock {
  readonly start: number
  readonly speed: number
  private readonly wallStart: number
  private readonly wall: () => number
  private last: number

  /** @param start venue time now, UTC ms @param speed venue milliseconds per wall millisecond */
  constructor(start: number, speed: number, wall: () => number = Date.now) {
    this.start = start
    this.speed = speed
    this.wall = wall
    this.wallStart = wall()
    this.last = start
  }

  /** Venue time, UTC ms, whole. */
  now(): number {
    const time = Math.floor(this.start + (this.wall() - this.wallStart) * this.speed)
    if (time > this.last) this.last = time
    return this.last
  }
}
