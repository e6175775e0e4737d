/** An account of nobody's, with the fields that `clearinghouseState` has. `change` replaces fields of a position. */
import { T } from './time.ts'

type Change = Readonly<Record<string, unknown>>

export const position = (change: Change = {}): Record<string, unknown> => ({
  type: 'oneWay',
  position: {
    coin: 'ETH',
    szi: '-12.5',
    leverage: { type: 'cross', value: 20 },
    entryPx: '2050.4',
    positionValue: '25125.0',
    unrealizedPnl: '505.0',
    returnOnEquity: '0.39',
    liquidationPx: '2301.7512',
    marginUsed: '1256.25',
    maxLeverage: 25,
    cumFunding: { allTime: '12.1', sinceOpen: '3.0', sinceChange: '0.5' },
    ...change,
  },
})

export const clearinghouseState = (positions: readonly unknown[], change: Change = {}): Record<string, unknown> => ({
  marginSummary: { accountValue: '4120.1', totalNtlPos: '25125.0', totalRawUsd: '29245.1', totalMarginUsed: '1256.25' },
  crossMarginSummary: { accountValue: '4120.1', totalNtlPos: '25125.0', totalRawUsd: '29245.1', totalMarginUsed: '1256.25' },
  crossMaintenanceMarginUsed: '502.5',
  withdrawable: '2863.85',
  assetPositions: positions,
  time: T,
  ...change,
})
