import { describe, expect, it } from 'vitest'
import { readAddress, readAddresses, shortAddress } from './observed-addresses.ts'

const A = `0x${'ab'.repeat(20)}`
const B = `0x${'01'.repeat(20)}`

describe('a list of addresses', () => {
  it('is one per line, in any case, each once, with notes and empty lines', () => {
    expect(readAddresses(`# whales\n${A.toUpperCase().replace('0X', '0x')}\r\n\n  ${B} # a fund\n${A}\n`)).toEqual({
      addresses: [A, B],
      duplicates: 1,
      refused: { count: 0, at: [] },
    })
  })

  it('is the leaderboard as its file has it', () => {
    const rows = [
      { ethAddress: A, accountValue: '1.5', windowPerformances: [['day', { pnl: '1', roi: '0', vlm: '2' }]], displayName: null },
      { ethAddress: B, accountValue: '0.5' },
      { ethAddress: 'nobody' },
    ]
    expect(readAddresses(JSON.stringify({ leaderboardRows: rows }, null, 2))).toMatchObject({
      addresses: [A, B],
      refused: { count: 1, at: [3] },
    })
  })

  it('is a list in JSON', () => {
    expect(readAddresses(JSON.stringify([A, { address: B }, { user: A }, 5])).addresses).toEqual([A, B])
  })

  it('is CSV with or without a head, the address in whatever column', () => {
    expect(readAddresses(`rank,address,value\n1,"${A}",100\n2;${B};7\n`)).toMatchObject({
      addresses: [A, B],
      refused: { count: 0, at: [] },
    })
    expect(readAddresses(`1,${A}\n`).addresses).toEqual([A])
  })

  it('names the lines that hold none, and quotes nothing of them', () => {
    expect(readAddresses(`${A}\n0x123\n${A.slice(0, -1)}g\n`)).toMatchObject({ addresses: [A], refused: { count: 2, at: [2, 3] } })
    expect(readAddresses('x\n'.repeat(25)).refused).toEqual({ count: 25, at: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] })
    expect(readAddresses('')).toEqual({ addresses: [], duplicates: 0, refused: { count: 0, at: [] } })
    expect(readAddresses('{"leaderboardRows": 5}').addresses).toEqual([])
  })

  it('is shortened for everybody to what does not give it away', () => {
    expect(shortAddress(`0x1234${'0'.repeat(32)}abcd`)).toBe('0x1234…abcd')
  })

  it('takes 0x and forty digits for one address', () => {
    expect(readAddress(` ${A.toUpperCase().replace('0X', '0x')} `)).toBe(A)
    for (const bad of [A.slice(2), `${A}0`, 7, null, '']) expect(readAddress(bad)).toBeUndefined()
  })
})
