/**
 * Who trades. Shares and sizes are set against the open interest, so that a market of any size has the same shape; lives
 * are means of an exponential that stops, targets and liquidations cut short.
 */
export interface Population {
  name: string
  /** share of all positions' notional (both sides) that this population holds in the steady state */
  share: number
  /** hours that a position would live if nothing ended it */
  lifeHours: number
  /** position size as a share of the open interest: Pareto between min and max */
  size: { min: number; max: number; alpha: number }
  /** continuous: log-normal, cut to [min, max] and by the venue's bracket */
  leverage: { median: number; sigma: number; min: number; max: number }
  /** share with crossed margin, and the mean of what the wallet holds beyond the initial margin, as a multiple of it */
  cross: { share: number; spare: number }
  /** share of positions that take the leverage of the venue's menu next to the one that they want; none where left out */
  menu?: number
  /** share of openings and closings by market order; the others wait in the book and are hit */
  taker: number
  stopShare: number
  targetShare: number
  /** per hour while a third or more of the margin is lost: adds to the position, adds margin only */
  averagingPerHour: number
  topUpPerHour: number
}

export const POPULATIONS = [
  {
    name: 'momentum',
    share: 0.17,
    lifeHours: 7,
    size: { min: 5e-6, max: 2.7e-3, alpha: 1.25 },
    leverage: { median: 9, sigma: 0.8, min: 2, max: 125 },
    cross: { share: 0.2, spare: 0.9 },
    taker: 0.75,
    stopShare: 0.55,
    targetShare: 0.45,
    averagingPerHour: 0.01,
    topUpPerHour: 0.02,
  },
  {
    name: 'contrarian',
    share: 0.15,
    lifeHours: 15,
    size: { min: 8e-6, max: 3.3e-3, alpha: 1.25 },
    leverage: { median: 6.5, sigma: 0.6, min: 1.5, max: 100 },
    cross: { share: 0.25, spare: 1.1 },
    taker: 0.3,
    stopShare: 0.4,
    targetShare: 0.6,
    averagingPerHour: 0.04,
    topUpPerHour: 0.02,
  },
  {
    name: 'swing',
    share: 0.34,
    lifeHours: 84,
    size: { min: 2.5e-5, max: 8e-3, alpha: 1.3 },
    leverage: { median: 3.6, sigma: 0.5, min: 1.1, max: 30 },
    cross: { share: 0.35, spare: 0.8 },
    taker: 0.5,
    stopShare: 0.5,
    targetShare: 0.35,
    averagingPerHour: 0.004,
    topUpPerHour: 0.004,
  },
  {
    name: 'hedger',
    share: 0.28,
    lifeHours: 200,
    size: { min: 1.6e-4, max: 2e-2, alpha: 1.4 },
    leverage: { median: 1.6, sigma: 0.35, min: 1, max: 4 },
    cross: { share: 1, spare: 0.4 },
    taker: 0.15,
    stopShare: 0,
    targetShare: 0,
    averagingPerHour: 0,
    topUpPerHour: 0,
  },
] as const satisfies readonly Population[]

/** What a venue's leverage slider offers at a click. */
export const LEVERAGE_MENU: readonly number[] = [1, 2, 3, 5, 10, 20, 25, 50, 75, 100, 125]

/** Index into POPULATIONS: stored per position. */
export const MOMENTUM = 0
export const CONTRARIAN = 1
export const SWING = 2
export const HEDGER = 3
