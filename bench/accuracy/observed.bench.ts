/**
 * What observed positions are worth, on the reporting seeds: `npm run bench -- observed` prints the table of docs/method.md (some
 * minutes).
 */

import { mean, measure, SAMPLES } from '../../apps/worker/test/observed-measure.ts'
import { seenMarket } from '../../packages/testkit/src/seen-market.ts'
import { REPORTING_SEEDS } from './seeds.ts'

const CROWDS = ['usual', 'low', 'high', 'cross', 'menu'] as const
const CASES = { none: null, ...SAMPLES, everybody: () => true }
const rows = Object.keys(CASES).map((name) => ({
  name,
  perCrowd: [] as number[],
  emd: [] as number[],
  mix: [] as number[],
  share: [] as number[],
  worse: 0,
  worst: 0,
}))
for (const crowd of CROWDS) {
  const emds = rows.map(() => [] as number[])
  for (const seed of REPORTING_SEEDS) {
    const market = seenMarket({ days: 8, seed, crowd, intervalMs: 300_000 })
    let before = 0
    Object.values(CASES).forEach((pick, i) => {
      const row = rows[i] as (typeof rows)[number]
      const { emd, mix, share } = measure(market, pick, 4)
      if (i === 0) before = emd
      else if (emd > before) row.worse++
      row.worst = Math.max(row.worst, emd / before)
      row.emd.push(emd)
      row.mix.push(mix)
      row.share.push(share)
      emds[i]?.push(emd)
    })
    process.stderr.write(`${crowd} ${seed}\n`)
  }
  rows.forEach((row, i) => {
    row.perCrowd.push(mean(emds[i] as number[]))
  })
}
console.log(
  `| seen | share of open interest | W1 % (mean) | ${CROWDS.join(' | ')} | error of the mix | markets that got worse | worst ratio |`,
)
console.log(`|---|---|---|${CROWDS.map(() => '---|').join('')}---|---|---|`)
for (const { name, share, emd, perCrowd, mix, worse, worst } of rows)
  console.log(
    `| ${name} | ${mean(share).toFixed(2)} | ${mean(emd).toFixed(3)} | ${perCrowd.map((e) => e.toFixed(3)).join(' | ')} | ${mean(mix).toFixed(3)} | ${worse} of ${emd.length} | ${worst.toFixed(2)} |`,
  )
