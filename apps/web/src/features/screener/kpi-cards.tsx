import { formatPercent, formatUsd } from '@faultline/ui/format'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { formatCount, MISSING } from '../shell/prepare/format.ts'
import { HIGH_RISK, riskLevel, type Totals } from './prepare/rows.ts'

const text = messages.screener.kpi
const LEVELS = { calm: 'text-ok', elevated: 'text-warn', high: 'text-err' } as const

export interface FeedCount {
  live: number
  total: number
}

/** What all markets add up to. */
export function KpiCards({ totals, feeds }: { totals: Totals; feeds: FeedCount }) {
  const { risk, markets, highRisk, longUsd, shortUsd, liquidatedLongUsd, liquidatedShortUsd, liquidationsKnown, simulated } = totals
  const liquidated = liquidatedLongUsd + liquidatedShortUsd
  const level = risk === null ? null : riskLevel(risk)
  const share = (usd: number) => formatPercent(usd / liquidated, { decimals: 0 })
  const known = markets > 0
  return (
    <dl className="grid grid-cols-2 gap-2 phone:grid-cols-3 phone:gap-3 wide:grid-cols-5">
      <Card
        label={text.risk}
        title={text.riskWhy}
        value={risk === null ? MISSING : Math.round(risk)}
        aside={simulated ? text.simulated : null}
      >
        {level && <span className={`font-semibold ${LEVELS[level]}`}>{messages.screener.levels[level]}</span>}
      </Card>
      <Card label={text.high(String(HIGH_RISK))} value={known ? formatCount(highRisk) : MISSING}>
        {known && text.of(formatCount(markets))}
      </Card>
      <Card
        label={text.within}
        title={text.withinWhy}
        value={
          known ? (
            <>
              <Side className="text-long" usd={longUsd} letter={text.long} name={text.longs} />{' '}
              <Side className="text-short" usd={shortUsd} letter={text.short} name={text.shorts} />
            </>
          ) : (
            MISSING
          )
        }
      />
      <Card
        label={text.liquidated}
        title={text.liquidatedWhy}
        value={liquidationsKnown ? formatUsd(liquidated) : MISSING}
        aside={
          liquidationsKnown && liquidated > 0 ? (
            <>
              <span className="text-long">
                {share(liquidatedLongUsd)} {text.long}
              </span>{' '}
              <span className="text-short">
                {share(liquidatedShortUsd)} {text.short}
              </span>
            </>
          ) : null
        }
      />
      <Card
        label={text.feeds}
        value={feeds.total === 0 ? MISSING : formatCount(feeds.live)}
        aside={
          feeds.total === 0 ? (
            text.feedsNone
          ) : feeds.live < feeds.total ? (
            <span className="text-warn">{text.feedsLate(formatCount(feeds.total - feeds.live))}</span>
          ) : (
            text.feedsAll
          )
        }
      >
        {feeds.total > 0 && text.of(formatCount(feeds.total))}
      </Card>
    </dl>
  )
}

const Side = ({ className, usd, letter, name }: { className: string; usd: number; letter: string; name: string }) => (
  <span className="whitespace-nowrap">
    <span className={className}>{formatUsd(usd)}</span>{' '}
    <abbr title={name} className="text-[12px] font-normal tracking-normal text-t3 no-underline">
      {letter}
    </abbr>
  </span>
)

function Card({
  label,
  value,
  title,
  aside,
  children,
}: {
  label: string
  value: ReactNode
  title?: string
  aside?: ReactNode
  children?: ReactNode
}) {
  return (
    <div className="fl-panel flex min-w-0 flex-col gap-1 px-3 py-2.5 last:max-phone:col-span-2 phone:px-4" title={title}>
      <dt className="truncate text-[11px] leading-[14px] text-t3">{label}</dt>
      <dd className="flex min-w-0 flex-wrap items-baseline gap-x-2">
        <span className="text-[20px] leading-[26px] font-semibold tracking-[-0.015em]">{value}</span>
        {children && <span className="whitespace-nowrap text-t3">{children}</span>}
        {aside && <span className="ml-auto whitespace-nowrap text-t3">{aside}</span>}
      </dd>
    </div>
  )
}
