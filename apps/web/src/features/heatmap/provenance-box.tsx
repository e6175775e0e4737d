'use client'
import { formatAge, formatDateTime } from '@faultline/ui/format'
import { Info } from 'lucide-react'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { formatCount, formatShare } from '../shell/prepare/format.ts'
import { provenanceOf } from './prepare/summary.ts'
import type { HeatmapView } from './server/schema.ts'

const text = messages.provenance
const TONES = { ok: 'text-t1', warn: 'text-warn', err: 'text-err' } as const

/** Where the picture comes from and what it lacks. It stands beside every estimate and cannot be closed. */
export function ProvenanceBox({ view, now }: { view: HeatmapView | null; now: number }) {
  return (
    <section aria-labelledby="provenance" className="m-4 rounded-lg border border-line2 bg-s2 p-3.5">
      <h2 id="provenance" className="flex items-center gap-2 text-[13px] leading-[18px] font-semibold">
        <Info size={16} aria-hidden="true" className="text-accfg" />
        {messages.estimated.title}
      </h2>
      <p className="mt-1.5 text-[11px] leading-[15px] text-t2">{messages.estimated.why}</p>
      {view?.instrument.simulated && <p className="mt-1.5 text-[11px] leading-[15px] text-warn">{messages.simulated.why}</p>}
      {view && <Rows view={view} now={now} />}
      {view?.liquidationsSampled && view.channels.some((c) => c.channel === 'liquidation') && (
        <p className="mt-2 text-[11px] leading-[15px] text-t3">{text.sampled}</p>
      )}
    </section>
  )
}

/** The same in one line, for where the box is further down the page. */
export function ProvenanceLine({ view, className = '' }: { view: HeatmapView | null; className?: string }) {
  const p = view && provenanceOf(view)
  return (
    <p data-testid="provenance-line" className={`flex items-start gap-1.5 px-4 py-2 text-[11px] leading-[15px] text-t3 ${className}`}>
      <Info size={14} aria-hidden="true" className="flex-none text-accfg" />
      <span>
        <b className="font-semibold text-t2">{messages.estimated.title}</b>
        {p && (
          <>
            {' · '}
            <span className={p.coverageTone === 'ok' ? '' : TONES[p.coverageTone]}>
              {text.line.coverage(formatShare(p.columns, p.expected))}
            </span>
            {` · ${text.line.model(p.model)}`}
          </>
        )}
      </span>
    </p>
  )
}

function Rows({ view, now }: { view: HeatmapView; now: number }) {
  const p = provenanceOf(view)
  const end = view.build.lastBucket + view.build.bucketMs
  return (
    <dl className="mt-2.5 grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 text-[11px] leading-[15px]">
      <Row label={text.model}>{p.model}</Row>
      <Row label={text.build}>
        {text.generation(String(p.generation))}, {text.status[p.status] ?? p.status}
      </Row>
      <Row label={text.coverage}>
        <span className={TONES[p.coverageTone]}>
          {text.coverageValue(formatCount(p.columns), formatCount(p.expected), formatShare(p.columns, p.expected))}
        </span>
      </Row>
      <Row label={text.openInterest}>
        {p.openInterestLast === null ? (
          <span className="text-warn">{text.noFigure}</span>
        ) : (
          openInterestReach(end - p.openInterestLast, view.build.bucketMs)
        )}
      </Row>
      <Row label={text.funding}>
        {p.fundingCount === 0 ? <span className="text-warn">{text.noFigure}</span> : text.fundingValue(formatCount(p.fundingCount))}
      </Row>
      {p.channels.length > 0 && (
        <Row label={text.covered}>
          {p.channels.map((c) => (
            <span key={c.channel} className={`block ${shareTone(c.coveredMs / c.expectedMs)}`}>
              {text.coveredValue(text.channels[c.channel] ?? c.channel, formatShare(c.coveredMs, c.expectedMs))}
            </span>
          ))}
        </Row>
      )}
      <Row label={text.gaps}>
        {p.gaps.length === 0 ? (
          text.gapsNone
        ) : (
          <span className="text-warn">
            {p.gaps.map((gap) => text.gap(text.channels[gap.channel] ?? gap.channel, formatAge(gap.totalMs))).join(', ')}
          </span>
        )}
      </Row>
      <Row label={text.lastBucket}>{formatDateTime(view.build.lastBucket, 'utc')}</Row>
      <Row label={text.age}>{text.old(formatAge(now - end))}</Row>
      <Row label={text.values}>{text.rounding}</Row>
    </dl>
  )
}

const openInterestReach = (behindMs: number, bucketMs: number): string =>
  behindMs <= bucketMs ? text.openInterestValue.whole : text.openInterestValue.behind(formatAge(behindMs))

/** As for columns: amber under 95 %, red under 80 %. */
const shareTone = (share: number): string => TONES[share < 0.8 ? 'err' : share < 0.95 ? 'warn' : 'ok']

const Row = ({ label, children }: { label: string; children: ReactNode }) => (
  <>
    <dt className="text-t3">{label}</dt>
    <dd className="text-right font-medium">{children}</dd>
  </>
)
