import { FEED_VENUES } from '@faultline/market/venue'
import { expect, it } from 'vitest'
import { addressPrefix, readEnv, readLiveEnv } from './env.ts'

it('names what is missing and what to do', () => {
  expect(() => readEnv({})).toThrow(/DATABASE_APP_URL is missing.*npm run -s faultline/)
  expect(() => readEnv({ DATABASE_APP_URL: 'mysql://x' })).toThrow(/DATABASE_APP_URL must begin with postgresql/)
})

it('gives the application’s address', () => {
  expect(readEnv({ DATABASE_APP_URL: 'postgresql://a@b/c' })).toEqual({ databaseUrl: 'postgresql://a@b/c' })
})

it('lets a worker go on under the name of the one before', () => {
  expect(readLiveEnv({ FAULTLINE_WORKER_NAME: 'the worker of a start' }).workerName).toBe('the worker of a start')
  expect(readLiveEnv({}).workerName).toBeUndefined()
})

it('takes an address for each venue, real and simulated', () => {
  const { addresses } = readLiveEnv({
    FAULTLINE_SIMULATED_REST_URL: 'http://127.0.0.1:1',
    FAULTLINE_SIMULATED_WS_URL: 'ws://127.0.0.1:1',
    FAULTLINE_SIMULATED_OKX_REST_URL: 'http://127.0.0.1:2',
    FAULTLINE_SIMULATED_OKX_WS_URL: 'ws://127.0.0.1:2',
    FAULTLINE_HYPERLIQUID_REST_URL: 'https://proxy.test',
    FAULTLINE_HYPERLIQUID_WS_URL: 'wss://proxy.test',
    FAULTLINE_BINANCE_REST_URL: 'https://half.test',
  })
  expect(addresses).toEqual({
    simulated: { rest: 'http://127.0.0.1:1', ws: 'ws://127.0.0.1:1' },
    'simulated-okx': { rest: 'http://127.0.0.1:2', ws: 'ws://127.0.0.1:2' },
    hyperliquid: { rest: 'https://proxy.test', ws: 'wss://proxy.test' },
  })
  expect(FEED_VENUES.map(addressPrefix)).toEqual([
    'FAULTLINE_BINANCE',
    'FAULTLINE_BYBIT',
    'FAULTLINE_OKX',
    'FAULTLINE_GATE',
    'FAULTLINE_HYPERLIQUID',
    'FAULTLINE_SIMULATED',
    'FAULTLINE_SIMULATED_BYBIT',
    'FAULTLINE_SIMULATED_OKX',
    'FAULTLINE_SIMULATED_GATE',
    'FAULTLINE_SIMULATED_HYPERLIQUID',
  ])
  expect(() => readLiveEnv({ FAULTLINE_GATE_WS_URL: 'https://x' })).toThrow(/FAULTLINE_GATE_WS_URL must begin with ws:/)
})
