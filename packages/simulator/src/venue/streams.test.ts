import { describe, expect, it } from 'vitest'
import { parseAddress } from './connection.ts'
import { parseStream, routeOf } from './streams.ts'

describe('names of streams', () => {
  it.each([
    ['btcusdt@kline_1m', { channel: 'kline', interval: '1m', intervalMs: 60_000, symbol: 'BTCUSDT' }],
    ['btcusdt@kline_1d', { channel: 'kline', interval: '1d', intervalMs: 86_400_000, symbol: 'BTCUSDT' }],
    ['btcusdt@aggTrade', { channel: 'aggTrade', symbol: 'BTCUSDT' }],
    ['btcusdt@markPrice', { channel: 'markPrice', everyMs: 3_000, symbol: 'BTCUSDT' }],
    ['btcusdt@markPrice@1s', { channel: 'markPrice', everyMs: 1_000, symbol: 'BTCUSDT' }],
    ['!markPrice@arr', { channel: 'markPrice', everyMs: 3_000 }],
    ['!markPrice@arr@1s', { channel: 'markPrice', everyMs: 1_000 }],
    ['btcusdt@forceOrder', { channel: 'forceOrder', symbol: 'BTCUSDT' }],
    ['!forceOrder@arr', { channel: 'forceOrder' }],
    ['btcusdt@depth', { channel: 'depth', everyMs: 250, symbol: 'BTCUSDT' }],
    ['btcusdt@depth@500ms', { channel: 'depth', everyMs: 500, symbol: 'BTCUSDT' }],
    ['btcusdt@depth10@100ms', { channel: 'depth', everyMs: 100, symbol: 'BTCUSDT', levels: 10 }],
  ] as const)('%s', (name, stream) => {
    expect(parseStream(name)).toEqual(stream)
    expect(routeOf(stream)).toBe(stream.channel === 'depth' ? 'public' : 'market')
  })

  it.each([
    'btcusdt',
    'BTCUSDT@aggTrade',
    'btcusdt@kline_7m',
    'btcusdt@kline_',
    'btcusdt@depth7',
    'btcusdt@depth@200ms',
    '!forceOrder',
    '',
    '@',
    'btcusdt@toString',
  ])('knows no %j', (name) => {
    expect(parseStream(name)).toBeUndefined()
  })
})

describe('addresses of sockets', () => {
  it.each([
    ['/market/ws', { route: 'market', combined: false, streams: [] }],
    ['/market/ws/0', { route: 'market', combined: false, streams: [] }],
    ['/public/ws/a@depth/b@depth', { route: 'public', combined: false, streams: ['a@depth', 'b@depth'] }],
    ['/market/stream?streams=a@aggTrade/!forceOrder@arr', { route: 'market', combined: true, streams: ['a@aggTrade', '!forceOrder@arr'] }],
    ['/public/stream', { route: 'public', combined: true, streams: [] }],
    ['/ws', { route: undefined, combined: false, streams: [] }],
    ['/ws/a@aggTrade', { route: undefined, combined: false, streams: ['a@aggTrade'] }],
    ['/private/ws?listenKey=x', { route: undefined, combined: false, streams: [] }],
  ])('%s', (url, address) => {
    expect(parseAddress(url)).toEqual(address)
  })

  it.each(['/', '//', '/market', '/elsewhere/ws', '/market/wss', '/fapi/v1/time'])('knows no %s', (url) => {
    expect(parseAddress(url)).toBeUndefined()
  })
})
