import { describe, expect, it } from 'vitest'
import type { SocketHandlers, VenueFeed } from '../feed/venue-feed.ts'
import { withListedOnly } from './listed-only.ts'

function setUp(withoutList?: 'everything') {
  const asked: (readonly string[])[] = []
  const lines: string[] = []
  const lists: boolean[] = []
  let names = ['A', 'B']
  const inner = {
    sockets: [{ name: 'all', channels: [] }],
    openSocket: async (_: unknown, symbols: readonly string[]) => {
      asked.push(symbols)
      return {
        setSymbols: async (next: readonly string[]) => {
          asked.push(next)
        },
        close: async () => {
          asked.push(['closed'])
        },
      }
    },
  } as unknown as VenueFeed
  let seen = new Set(names)
  let fails = false
  const listed = async (anew: boolean): Promise<ReadonlySet<string>> => {
    lists.push(anew)
    if (fails) throw new Error('no answer')
    if (anew) seen = new Set(names)
    return seen
  }
  const feed = withListedOnly(inner, listed, (line) => lines.push(line), withoutList)
  const open = (symbols: string[]) => feed.openSocket({ name: 'all', channels: [] }, symbols, {} as SocketHandlers)
  return { open, asked, lines, lists, list: (next: string[]) => (names = next), fail: () => (fails = true) }
}

describe('what is not listed', () => {
  it('is left out, and told once', async () => {
    const { open, asked, lines, lists } = setUp()
    const socket = await open(['A', 'GONE', 'B'])
    await socket.setSymbols(['GONE', 'A'])
    await socket.close()
    expect(asked).toEqual([['A', 'B'], ['A'], ['closed']])
    expect(lines).toEqual(['GONE is not listed (any more) and is not subscribed to'])
    expect(lists).toEqual([false, true, false, true])
  })

  it('is subscribed to as soon as it is listed', async () => {
    const { open, asked, lists, list } = setUp()
    await open(['A'])
    list(['A', 'NEW'])
    await open(['A', 'NEW'])
    expect(asked).toEqual([['A'], ['A', 'NEW']])
    expect(lists).toEqual([false, false, true])
  })

  it('is as it was last while REST does not answer', async () => {
    const { open, asked, fail } = setUp()
    await open(['A'])
    fail()
    await open(['B', 'GONE'])
    expect(asked).toEqual([['A'], ['B']])
    const first = setUp()
    first.fail()
    await expect(first.open(['A'])).rejects.toThrow('no answer')
    const second = setUp('everything')
    second.fail()
    await second.open(['A', 'GONE'])
    expect(second.asked).toEqual([['A', 'GONE']])
  })
})
