import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StateTree } from '../state.ts'
import { CHECKPOINT_VERSION, decodeCheckpoint, encodeCheckpoint } from './market-checkpoint.ts'

const { tree } = fc.letrec<{ tree: StateTree; value: StateTree[string] }>((tie) => ({
  tree: fc.dictionary(
    fc.string({ minLength: 1 }).filter((name) => name !== '__proto__'),
    tie('value'),
    { maxKeys: 5 },
  ) as fc.Arbitrary<StateTree>,
  value: fc.oneof(
    { maxDepth: 3 },
    fc.double(),
    fc.string(),
    fc.float64Array({ maxLength: 20 }),
    fc.int32Array({ maxLength: 20 }),
    fc.uint8Array({ maxLength: 20 }),
    tie('tree'),
  ) as fc.Arbitrary<StateTree[string]>,
}))

describe('checkpoint', () => {
  it('gives back what it was made of, NaN and negative zero too, and the same bytes again', () => {
    fc.assert(
      fc.property(tree, (state) => {
        const bytes = encodeCheckpoint(state)
        const again = decodeCheckpoint(bytes)
        expect(again).toEqual({ ...state })
        expect(encodeCheckpoint(again)).toEqual(bytes)
      }),
    )
    expect(Object.is((decodeCheckpoint(encodeCheckpoint({ a: -0 })) as { a: number }).a, -0)).toBe(true)
  })

  const bytes = encodeCheckpoint({ price: 3, text: 'x', rows: Float64Array.of(1, 2, 3) })
  it('refuses every changed byte and every shortened file', () => {
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const broken = Uint8Array.from(bytes)
        broken[at] = (broken[at] as number) ^ change
        expect(() => decodeCheckpoint(broken)).toThrow(expect.objectContaining({ code: 'bad_input' }))
        expect(() => decodeCheckpoint(bytes.subarray(0, at))).toThrow(expect.objectContaining({ code: 'bad_input' }))
      }),
    )
  })

  it('says what is wrong and what to do', () => {
    expect(() => decodeCheckpoint(Buffer.from('open_time,open,high,low,close'.repeat(9)))).toThrow(
      'the stored market cannot be resumed: it is not a checkpoint of a simulated market. Start it anew from its genesis.',
    )
    const older = Buffer.from(bytes)
    older.writeUInt32LE(CHECKPOINT_VERSION + 7, 8)
    expect(() => decodeCheckpoint(older)).toThrow(`of version ${CHECKPOINT_VERSION + 7}, and this simulator reads`)
    const damaged = Buffer.from(bytes)
    damaged.writeUInt8(damaged.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
    expect(() => decodeCheckpoint(damaged)).toThrow('damaged')
  })
})
