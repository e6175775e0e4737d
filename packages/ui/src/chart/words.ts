import { LEVERAGE_CLASSES } from '../leverage-classes.ts'
import type { PaneId } from './panes.ts'

/** All words that the chart itself writes, in one place, so that another language can be put beside them. */
export const WORDS = {
  panes: {
    funding: { name: 'Funding', none: 'No funding data' },
    interest: { name: 'Open interest', none: 'No open-interest data' },
    liquidations: { name: 'Liquidations', none: 'No liquidation data' },
    ratios: { name: 'Long/short ratio', none: 'No long/short data' },
    flow: { name: 'CVD and taker flow', none: 'No taker data' },
    volume: { name: 'Volume', none: 'No volume data' },
    risk: { name: 'Risk index', none: 'No risk index yet' },
  } satisfies Record<PaneId, { name: string; none: string }>,
  move: (pane: string) => `Move ${pane}`,
  moveHelp: 'Drag, or Alt and the arrow keys, to move this pane',
  close: (pane: string) => `Close ${pane}`,
  divider: (pane: string) => `Height of ${pane}`,
  perYear: 'p.a.',
  next: 'next',
  coins: 'coins',
  longs: 'longs',
  shorts: 'shorts',
  reported: 'reported',
  sampled: 'sampled: the venue shows only some',
  delta: 'delta',
  cumulative: 'CVD',
  ratioKinds: { accounts: 'accounts', topAccounts: 'top accounts', topPositions: 'top positions', takerVolume: 'taker volume' } as Record<
    string,
    string
  >,
  riskLevels: { low: 'low', elevated: 'elevated', high: 'high' },
  chart: (symbol: string) => `Chart${symbol ? ` of ${symbol}` : ''}`,
  keys:
    'Arrow keys pan, with Shift ten times as far. Plus and minus zoom time, with Alt or Control the price. Home resets, End goes to the newest. ' +
    'X or Enter sets a crosshair that the arrow keys walk, Escape takes it away. ' +
    'A selected drawing is moved by the arrow keys and deleted by Delete, Escape leaves it.',
  reading: (o: { time: string; prices: string; longs: string; shorts: string; note: string }) =>
    `${o.time}, ${o.prices}: longs ${o.longs}, shorts ${o.shorts}${o.note}.`,
  drawingText: 'Text of the drawing',
  marks: {
    swept: (usd: string) => `${usd} swept`,
    breakout: (o: { usd: string; side: 'long' | 'short'; prices: string; time: string }) =>
      `Breakout, ${o.time}: price entered ${o.usd} of estimated ${o.side}s at ${o.prices}`,
  },
  profile: {
    none: 'Liquidation profile without data',
    summary: (o: {
      simulated: boolean
      price: string
      within: string
      longs: string
      shorts: string
      maxPain: { price: string; usd: string } | null
    }) =>
      `${o.simulated ? 'Simulated' : 'Estimated'} liquidation profile at ${o.price}: within ${o.within}, longs of ${o.longs} below and shorts of ${o.shorts} above` +
      (o.maxPain ? `; most, ${o.maxPain.usd}, at ${o.maxPain.price}` : ''),
    maxPain: 'Max pain',
    nothing: 'Nothing estimated here',
    estimate: { long: 'Longs, est.', short: 'Shorts, est.' },
    interval: '80 % interval',
    leverage: LEVERAGE_CLASSES,
    toHere: { long: 'Longs down to here', short: 'Shorts up to here' },
  },
  estimated: ', estimated',
  noneThere: 'none',
  unknown: 'unknown',
  free: 'Crosshair taken away.',
} as const
