import { formatUsd } from '@faultline/ui/format'
import { Button } from '@faultline/ui/react/button'
import { Plus } from 'lucide-react'
import { messages } from '../../messages.ts'
import { venueOf } from '../screener/prepare/venue-of.ts'
import type { ScreenerRow } from '../screener/server/schema.ts'
import { figure } from '../shell/prepare/format.ts'

const text = messages.watchlists.empty

/** Where nothing is in the list yet: what one may begin with. `onAdd` null: only others may. */
export function EmptyList({
  suggested,
  onAdd,
}: {
  suggested: readonly ScreenerRow[]
  onAdd: ((markets: readonly ScreenerRow[]) => void) | null
}) {
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto p-4">
      <p className="text-[13px] font-semibold text-t1">{text.title}</p>
      <p className="text-t2">{onAdd ? text.lead : text.viewer}</p>
      {onAdd && suggested.length > 0 && (
        <>
          <ul className="flex max-w-md flex-col gap-1.5">
            {suggested.map((market) => (
              <li key={market.key}>
                <button
                  type="button"
                  aria-label={text.add(market.symbol)}
                  onClick={() => onAdd([market])}
                  className="flex min-h-9 w-full cursor-pointer items-center gap-2 rounded-md border border-line bg-s1 px-2.5 text-left hover:bg-s2 max-phone:min-h-10"
                >
                  <Plus size={14} aria-hidden="true" className="flex-none text-t3" />
                  <span className="min-w-0 flex-1 truncate">
                    <bdi className="font-semibold text-t1">{market.symbol}</bdi> <span className="text-t3">{venueOf(market)}</span>
                  </span>
                  <span className="flex-none text-t2">{figure(market.reading?.openInterestUsd, formatUsd)}</span>
                </button>
              </li>
            ))}
          </ul>
          <div>
            <Button onClick={() => onAdd(suggested)}>{text.addAll(suggested.length)}</Button>
          </div>
        </>
      )}
    </div>
  )
}
