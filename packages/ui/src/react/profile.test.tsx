import { binOf } from '@faultline/market/price-grid'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import type { ProfileData } from '../chart/profile-data.ts'
import { Profile, profileSummary } from './profile.tsx'

const price = 2000
const side = (firstBin: number, usd: number[]) => ({ total: { firstBin, usd }, leverage: null, p10: null, p90: null })
const data: ProfileData = {
  price,
  profile: {
    // Within a tenth: 3M and 4M. Beyond: 90M, which does not count.
    long: side(binOf(price) - 3, [1e6, 2e6, 0, 0]),
    short: { ...side(binOf(price) + 50, [4e6]), leverage: [[1e6], [3e6]] },
  },
  maxPain: { side: 'short', price: 2103.5, usd: 4e6 },
}

it('says in one sentence what stands near the price, and that it is an estimate', () => {
  expect(profileSummary(data, false)).toBe(
    'Estimated liquidation profile at 2,000.0: within 10%, longs of $3.0M below and shorts of $4.0M above; most, $4.0M, at 2,103.5',
  )
  const far = { ...data, profile: { ...data.profile, short: side(binOf(price) + 200, [9e7]) }, maxPain: null }
  expect(profileSummary(far, true)).toBe(
    'Simulated liquidation profile at 2,000.0: within 10%, longs of $3.0M below and shorts of $0 above',
  )
})

it('is a figure with that sentence, also before anything is known', () => {
  expect(renderToStaticMarkup(<Profile data={data} theme="dark" />)).toMatch(
    /^<figure[^>]*data-testid="profile" aria-label="Estimated liquidation profile at 2,000\.0/,
  )
  expect(renderToStaticMarkup(<Profile data={null} theme="light" />)).toContain('aria-label="Liquidation profile without data"')
})
