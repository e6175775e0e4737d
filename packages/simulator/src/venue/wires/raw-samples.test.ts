/** The shape of Gate's and Hyperliquid's messages against real ones, where FAULTLINE_DATA_DIR names the folder that holds them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gateFormat } from './gate/format.ts'
import { FrameClient, type HandWire, handWire } from './hand-wire.ts'
import { hyperliquidFormat } from './hyperliquid/format.ts'
import { LivelyMarket, LOSER } from './lively-market.ts'

interface Sample {
  transport: 'ws' | 'rest'
  request?: string
  message: unknown
}

/** Every path of a message and what stands there. Elements of an array share a path. */
function shapeOf(value: unknown, path = '', shape = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(value)) for (const item of value) shapeOf(item, `${path}[]`, shape)
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) shapeOf(item, `${path}.${key}`, shape)
  // A number may stand in a string, and does where it has decimals; what is absent may be null.
  else shape.set(path, typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) ? 'number' : typeof value)
  return shape
}

/** Fields that the venues have had since the samples were taken, or that the samples leave out. */
const NEWER: Readonly<Record<string, RegExp>> = {
  'futures.trades': /^\.time_ms$/,
  'futures.candlesticks': /^\.result\[\]\.(a|w)$/,
  contracts: /^\[\]\.(enable_decimal|funding_cap_ratio|status|launch_time)$/,
  liq_orders: /^\[\]\.order_size$/,
  trades: /^\.data\[\]\.users\[\]$/,
  activeAssetCtx: /^\.data\.ctx\.dayBaseVlm$/,
  l2Book: /\.n$/,
  meta: /^\.(marginTables.*|collateralToken|universe\[\]\.marginTableId)$/,
}
/** Fields that the samples have and today's messages do not: of delisted and isolated coins, and of an order with an id of its own. */
const OPTIONAL: Readonly<Record<string, RegExp>> = {
  meta: /\.(isDelisted|onlyIsolated)$/,
  user: /\.cloid$/,
}

const folder = join(process.env.FAULTLINE_DATA_DIR ?? '/nowhere', 'venue-messages')

describe.skipIf(!existsSync(folder)).each(['gate', 'hyperliquid'] as const)('messages of %s beside real ones', (name) => {
  let venue: HandWire
  const ours = new Map<string, unknown[]>()
  const samples = new Map<string, unknown[]>()
  const add = (map: Map<string, unknown[]>, kind: string, message: unknown): void => {
    map.set(kind, [...(map.get(kind) ?? []), message])
  }
  const frameKind = (frame: Record<string, unknown>): string => String(frame.channel)

  beforeAll(async () => {
    for (const file of readdirSync(join(folder, name))) {
      for (const { transport, request = '', message } of JSON.parse(readFileSync(join(folder, name, file), 'utf8')) as Sample[]) {
        const rest = /"type":"(\w+)"/.exec(request)?.[1] ?? /\/(\w+)(\?|$)/.exec(request)?.[1] ?? request
        add(samples, transport === 'ws' ? frameKind(message as Record<string, unknown>) : rest, message)
      }
    }
    venue = await (name === 'gate' ? gateMessages() : hyperliquidMessages())
  })
  afterAll(() => venue?.close())

  async function listen(wire: HandWire, path: string, requests: readonly unknown[], last: unknown, ended: string): Promise<void> {
    const client = await FrameClient.open(wire.ws + path)
    for (const request of [...requests, last]) client.say(request)
    await client.until((texts) => texts.some((text) => text.includes(ended)))
    wire.pass(31_000)
    client.say(last)
    await client.until((texts) => texts.filter((text) => text.includes(ended)).length === 2)
    client.close()
    for (const text of client.texts) {
      const frame = JSON.parse(text) as Record<string, unknown>
      if (frame.event !== 'subscribe') add(ours, frameKind(frame), frame)
    }
  }

  async function gateMessages(): Promise<HandWire> {
    const wire = await handWire(gateFormat, [new LivelyMarket()])
    const contract = 'SIMHAND_USDT'
    const requests = [
      ['futures.trades', [contract]],
      ['futures.tickers', [contract]],
      ['futures.candlesticks', ['1m', contract]],
      ['futures.order_book', [contract, '20', '0']],
    ].map(([channel, payload]) => ({ time: 1, channel, event: 'subscribe', payload }))
    await listen(wire, '/v4/ws/usdt', requests, { time: 1, channel: 'futures.ping' }, 'futures.pong')
    wire.pass(5 * 60_000)
    for (const call of ['contracts', 'liq_orders', 'contract_stats', 'order_book'])
      add(
        ours,
        call,
        (await wire.get(`/api/v4/futures/usdt/${call}${call === 'contracts' ? '' : `?contract=${contract}&with_id=true`}`)).body,
      )
    return wire
  }

  async function hyperliquidMessages(): Promise<HandWire> {
    const wire = await handWire(hyperliquidFormat, [new LivelyMarket()])
    const coin = 'SIMHAND'
    const requests = [
      { type: 'trades', coin },
      { type: 'activeAssetCtx', coin },
      { type: 'l2Book', coin },
      { type: 'userEvents', user: LOSER },
    ].map((subscription) => ({ method: 'subscribe', subscription }))
    await listen(wire, '/ws', requests, { method: 'ping' }, '"pong"')
    for (const body of [
      { type: 'l2Book', coin },
      { type: 'fundingHistory', coin, startTime: 0 },
      { type: 'meta' },
      { type: 'recentTrades', coin },
    ]) {
      const response = await fetch(`${wire.rest}/info`, { method: 'POST', body: JSON.stringify(body) })
      add(ours, body.type, await response.json())
    }
    return wire
  }

  const kinds = {
    gate: [
      'futures.trades',
      'futures.tickers',
      'futures.candlesticks',
      'futures.order_book',
      'contracts',
      'liq_orders',
      'contract_stats',
      'order_book',
    ],
    hyperliquid: ['trades', 'activeAssetCtx', 'l2Book', 'user', 'fundingHistory', 'meta', 'recentTrades'],
  }[name]

  it.each(kinds)('%s', (kind) => {
    const real = (samples.get(kind) ?? []).map((m) => shapeOf(m))
    expect(real.length).toBeGreaterThan(0)
    const known = new Map<string, Set<string>>()
    for (const shape of real) for (const [path, type] of shape) known.set(path, (known.get(path) ?? new Set()).add(type))
    const inAll = [...known.keys()].filter((path) => real.every((shape) => shape.has(path)) && !OPTIONAL[kind]?.test(path))
    const messages = ours.get(kind) ?? []
    expect(messages.length).toBeGreaterThan(0)
    for (const message of messages) {
      const shape = shapeOf(message)
      expect([...shape.keys()]).toEqual(expect.arrayContaining(inAll))
      for (const [path, type] of shape) {
        if (known.has(path)) expect([...(known.get(path) ?? [])], path).toContain(type)
        else expect(path, `${kind} has no ${path}`).toMatch(NEWER[kind] ?? /^$/)
      }
    }
  })
})
