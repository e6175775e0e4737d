/**
 * How the book answers a market order. While trades have pushed the price that way already the book thickens, so the push
 * grows slower than the order (with the square root at last); on the way back it resists as at rest.
 */
export interface BookShape {
  /** USD that moves the price by 1 in log, at normal distance */
  readonly depthUsd: number
  /** what trades have pushed the log price by, and what has not faded yet */
  readonly pressure: number
  /** the book is twice as deep once the price was pushed this far */
  readonly thickening: number
}

/** Log price move of a market order of `usd`, signed. */
export function pushOf(book: BookShape, direction: 1 | -1, usd: number): number {
  const { thickening } = book
  const stretched = Math.max(0, direction * book.pressure) / thickening
  const u = usd / (book.depthUsd * thickening)
  return direction * thickening * (Math.sqrt((1 + stretched) ** 2 + 2 * u) - 1 - stretched)
}

/** USD that a market order takes from the book until it has pushed the log price by `push` ≥ 0: the inverse of `pushOf`. */
export function usdWithin(book: BookShape, direction: 1 | -1, push: number): number {
  const { thickening } = book
  const stretched = Math.max(0, direction * book.pressure) / thickening
  const way = push / thickening
  // ((1 + stretched + way)² − (1 + stretched)²) / 2, without the difference of near-equal squares
  return book.depthUsd * thickening * way * (1 + stretched + way / 2)
}
