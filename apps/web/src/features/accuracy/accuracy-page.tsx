import { formatClock, formatDay } from '@faultline/ui/format'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Download, Target } from 'lucide-react'
import Link from 'next/link'
import { messages } from '../../messages.ts'
import { formatCount } from '../shell/prepare/format.ts'
import type { Accuracy } from './prepare/accuracy.ts'
import { SCORE_TABLES } from './prepare/csv.ts'
import { PublicHeader } from './public-header.tsx'
import { Command, ScoreGroup } from './score-group.tsx'

const text = messages.accuracy
const HORIZON_NAMES = ['15m', '1h'] as const

/** Rendered by the server alone: every figure is in the markup. `accuracy`: null when it could not be read. */
export function AccuracyPage({
  accuracy,
  horizon,
  signedIn,
}: {
  accuracy: Accuracy | null
  horizon: (typeof HORIZON_NAMES)[number]
  signedIn: boolean
}) {
  return (
    <div className="flex min-h-dvh flex-col">
      <PublicHeader signedIn={signedIn} />
      <main id="content" className="mx-auto flex w-full max-w-[1600px] flex-col gap-5 px-3 py-4 phone:px-6 phone:py-5">
        <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
          <div className="min-w-0 flex-1 basis-[320px]">
            <h1 className="fl-text-title">{text.heading}</h1>
            <p className="mt-1 max-w-[90ch] text-t2">{text.lead}</p>
          </div>
          <HorizonLinks horizon={horizon} />
        </div>
        {accuracy ? <Figures accuracy={accuracy} /> : <ErrorNote>{text.failed}</ErrorNote>}
        <Method />
      </main>
    </div>
  )
}

function HorizonLinks({ horizon }: { horizon: (typeof HORIZON_NAMES)[number] }) {
  return (
    <nav aria-label={text.horizon} className="flex items-center gap-2">
      <span className="text-t3" aria-hidden="true">
        {text.horizon}
      </span>
      {HORIZON_NAMES.map((name) => (
        <Link
          key={name}
          href={`/accuracy?h=${name}`}
          prefetch={false}
          scroll={false}
          aria-current={name === horizon ? 'page' : undefined}
          className="fl-button fl-button-secondary aria-[current]:border-acc! aria-[current]:bg-s3! aria-[current]:font-semibold"
        >
          {text.horizons[name]}
        </Link>
      ))}
    </nav>
  )
}

function Figures({ accuracy }: { accuracy: Accuracy }) {
  const { real, simulated } = accuracy
  const markets = [...real.markets, ...simulated.markets]
  const waiting = real.waiting + simulated.waiting
  if (markets.length === 0)
    return (
      <div className="fl-panel">
        <EmptyState title={text.empty.title} icon={<Target size={28} />}>
          {waiting > 0 ? text.empty.soon(formatCount(waiting)) : <Command lead={text.empty.lead} command={text.empty.command} />}
        </EmptyState>
      </div>
    )
  const models = [...new Set(markets.map((market) => market.model))].sort()
  return (
    <>
      <div className="flex flex-col gap-1 text-[11px] leading-4 text-t3">
        <p>
          {text.estimated}. {text.window(formatCount(accuracy.windowDays), text.models(models))}{' '}
          {text.computed(`${formatDay(accuracy.computed, 'utc')} ${formatClock(accuracy.computed, 'utc')} UTC`)}
        </p>
        {accuracy.read < accuracy.total && <p>{text.cut(formatCount(accuracy.read), formatCount(accuracy.total))}</p>}
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="inline-flex items-center gap-1">
            <Download size={12} aria-hidden="true" />
            {text.csv}:
          </span>
          {SCORE_TABLES.map((table) => (
            <a
              key={table}
              href={`/accuracy/scores.csv?table=${table}`}
              download={`faultline-scores-${table}.csv`}
              className="rounded-md font-medium text-accfg underline underline-offset-2"
            >
              {text.csvTables[table]}
            </a>
          ))}
        </p>
      </div>
      <ScoreGroup group={real} accuracy={accuracy} />
      {(simulated.markets.length > 0 || simulated.waiting > 0) && <ScoreGroup group={simulated} accuracy={accuracy} />}
    </>
  )
}

function Method() {
  return (
    <section aria-labelledby="method" className="flex flex-col gap-3 pb-6">
      <h2 id="method" className="fl-text-subtitle">
        {text.method.title}
      </h2>
      <dl className="grid grid-cols-1 gap-x-8 gap-y-4 phone:grid-cols-2 full:grid-cols-3">
        {text.method.points.map(([name, what]) => (
          <div key={name}>
            <dt className="font-semibold text-t1">{name}</dt>
            <dd className="m-0 mt-0.5 leading-[18px] text-t2">{what}</dd>
          </div>
        ))}
      </dl>
      <p className="max-w-[110ch] text-t3">{text.method.more}</p>
    </section>
  )
}
