import { describe, expect, it } from 'vitest'
import { Blend, SideProfile } from './blend.ts'
import { PlaneSums } from './plane.ts'

const PRICE = 1000
const HOUR = 3_600_000
const UNIT = 100

/** USD per bin of a plane around the price, which reaches farther than any profile. */
function planeOf(cells: Readonly<Record<number, number>>): PlaneSums {
  const plane = new PlaneSums().begin([], PRICE - 1000, PRICE + 1001)
  for (const [away, usd] of Object.entries(cells)) plane.sums[PRICE + Number(away) - plane.firstBin] = usd
  return plane
}
const usdAt = (plane: PlaneSums, away: number) => plane.sums[PRICE + away - plane.firstBin] as number

describe('the profile over distance', () => {
  it.each([
    ['long', true, -1],
    ['short', false, 1],
  ] as const)('of %ss is the mean share per five bins, and half of it is half of the map', (_, long, sign) => {
    const profile = new SideProfile()
    // 300 USD in the second cell (6 to 10 bins away), 100 in the fourth (16 to 20)
    profile.follow(planeOf({ [sign * 7]: 300, [sign * 16]: 100 }), PRICE, long, HOUR)
    expect(profile.usd).toBe(400)
    expect(profile.within(5)).toBe(0)
    expect(profile.within(7.5)).toBeCloseTo(150, 9)
    expect(profile.within(10)).toBeCloseTo(300, 9)
    expect(profile.within(20)).toBeCloseTo(400, 9)
    expect(profile.within(1e6)).toBeCloseTo(400, 9)

    const plane = planeOf({ [sign * 100]: 800 })
    profile.mix(plane, PRICE, long, 0.25)
    // a quarter stays; three quarters of 800 lie as the profile does: 450 over five bins and 150 over five
    expect(usdAt(plane, sign * 100)).toBeCloseTo(200, 9)
    for (const away of [6, 7, 8, 9, 10]) expect(usdAt(plane, sign * away)).toBeCloseTo(90, 9)
    for (const away of [16, 17, 18, 19, 20]) expect(usdAt(plane, sign * away)).toBeCloseTo(30, 9)
    expect(plane.total()).toBeCloseTo(800, 9)
    // nothing at the price or on its other side
    for (let away = 0; away < 900; away++) expect(usdAt(plane, -sign * away)).toBe(0)
  })

  it('keeps the total whatever the share, and what lies beyond its reach', () => {
    const profile = new SideProfile()
    profile.follow(planeOf({ [-3]: 1, [-40]: 5, [-400]: 2 }), PRICE, true, HOUR)
    for (const beta of [0, 0.3, 0.9, 1]) {
      const plane = planeOf({ [-2]: 10, [-77]: 20, [-999]: 40 })
      profile.mix(plane, PRICE, true, beta)
      expect(plane.total()).toBeCloseTo(70, 9)
      expect(usdAt(plane, -999)).toBe(40)
      expect(usdAt(plane, -77)).toBeCloseTo(20 * beta, 9)
    }
  })

  it('follows the map slowly, and an empty map not at all', () => {
    const profile = new SideProfile()
    profile.follow(planeOf({ [-3]: 100 }), PRICE, true, HOUR)
    profile.follow(planeOf({ [-23]: 100 }), PRICE, true, HOUR)
    const near = profile.within(5)
    expect(near).toBeGreaterThan(90)
    expect(near).toBeLessThan(100)
    expect(profile.within(25)).toBeCloseTo(100, 9)
    profile.follow(planeOf({}), PRICE, true, HOUR)
    profile.follow(planeOf({ 3: 100 }), PRICE, true, HOUR)
    expect(profile.within(5)).toBe(near)
  })

  it('that has seen nothing leaves the map as it is', () => {
    const plane = planeOf({ [-5]: 10 })
    new SideProfile().mix(plane, PRICE, true, 0)
    expect(usdAt(plane, -5)).toBe(10)
  })
})

describe('β', () => {
  /** Prints that follow one of two predictions which disagree from bucket to bucket. */
  const learned = (truth: 'map' | 'profile', buckets: number, profileScale = 1, mapScale = 1) => {
    const blend = new Blend()
    const betas = [blend.beta]
    for (let i = 0; i < buckets; i++) {
      const [map, profile] = i % 2 === 0 ? [100, 300] : [300, 100]
      blend.learn(truth === 'map' ? map : profile, mapScale * map, profileScale * profile, UNIT)
      betas.push(blend.beta)
    }
    return { blend, betas, last: betas.at(-1) as number }
  }

  it('starts between the two and goes to whichever tells the prints better', () => {
    const { betas, last } = learned('profile', 200)
    expect(betas[0]).toBeGreaterThan(0.3)
    expect(betas[0]).toBeLessThan(0.95)
    expect(last).toBeLessThan(0.05)
    expect(learned('map', 200).last).toBeGreaterThan(0.95)
    expect(learned('profile', 20).last).toBeGreaterThan(last)
    expect(betas.every((beta) => beta >= 0 && beta <= 1)).toBe(true)
  })

  it('judges shape, not level: who predicts a thousand times as much, or as little, is as good', () => {
    expect(learned('map', 30, 1, 1e-3).last).toBeCloseTo(learned('map', 30).last, 9)
    expect(learned('profile', 200, 1000).last).toBeCloseTo(learned('profile', 200).last, 9)
  })

  it('forgets', () => {
    const { blend, betas, last } = learned('profile', 200)
    blend.fade(365 * 24 * HOUR)
    expect(blend.beta).toBeGreaterThan(last)
    expect(blend.beta).toBeCloseTo(betas[0] as number, 3)
  })
})
