import { TriangleAlert } from 'lucide-react'
import { coverageLine } from './prepare/words.ts'
import type { SumFacts } from './server/schema.ts'

/** How many venues are in the newest column, and who is missing since when, for the line at the bottom. */
export function VenueCoverage({ facts }: { facts: SumFacts }) {
  const { count, missing } = coverageLine(facts)
  return (
    <span data-testid="venue-coverage" className={missing ? 'flex items-center gap-1.5 text-warn' : ''}>
      {missing && <TriangleAlert size={12} aria-hidden="true" />}
      {missing ? `${count} · ${missing}` : count}
    </span>
  )
}
