import { HOUR_MS } from '@faultline/market/units'
import { Badge } from '@faultline/ui/react/badge'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { FlaskConical, Target } from 'lucide-react'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { formatCount } from '../shell/prepare/format.ts'
import { ForestPlot } from './forest-plot.tsx'
import { LiftThroughTime } from './lift-through-time.tsx'
import { MarketTable } from './market-table.tsx'
import type { Accuracy, AccuracyGroup } from './prepare/accuracy.ts'
import { ReliabilityPlot } from './reliability-plot.tsx'
import { ScoreCards } from './score-cards.tsx'
import { WorstCase } from './worst-case.tsx'

const text = messages.accuracy

/** All that is shown of real markets, or of simulated ones. */
export function ScoreGroup({ group, accuracy }: { group: AccuracyGroup; accuracy: Accuracy }) {
  const words = group.simulated ? text.simulated : text.real
  const id = group.simulated ? 'simulated' : 'real'
  return (
    <section aria-labelledby={id} className="flex flex-col gap-3">
      <div>
        <h2 id={id} className="fl-text-subtitle flex items-center gap-2">
          {words.title}
          {group.simulated && <Badge icon={<FlaskConical size={12} aria-hidden="true" />}>{text.simulated.badge}</Badge>}
        </h2>
        <p className="mt-0.5 max-w-[90ch] text-t2">{words.lead}</p>
      </div>
      {group.markets.length === 0 ? <NoMarkets group={group} /> : <Figures group={group} accuracy={accuracy} />}
    </section>
  )
}

function NoMarkets({ group }: { group: AccuracyGroup }) {
  return (
    <div className="fl-panel">
      <EmptyState title={group.simulated ? text.empty.simulated : text.empty.real} icon={<Target size={28} />}>
        {group.waiting > 0 ? (
          text.empty.soon(formatCount(group.waiting))
        ) : group.simulated ? (
          <Command lead={text.empty.lead} command={text.empty.command} />
        ) : (
          <Command lead={text.empty.realLead} command={text.empty.realCommand} />
        )}
      </EmptyState>
    </div>
  )
}

/** What to run, and why. */
export function Command({ lead, command }: { lead: string; command: string }) {
  return (
    <>
      {lead}
      <code className="mt-2 block rounded-md bg-s2 px-3 py-2 font-mono text-t1">{command}</code>
    </>
  )
}

function Figures({ group, accuracy }: { group: AccuracyGroup; accuracy: Accuracy }) {
  const judged = group.markets.some((market) => market.moreDays === 0)
  const most = Math.max(...group.markets.map((market) => market.days))
  return (
    <>
      {!judged && (
        <div className="fl-panel flex flex-col gap-0.5 px-4 py-3">
          <p className="font-semibold text-warn">{text.early.title}</p>
          <p className="text-t2">{text.early.lead(formatCount(accuracy.enoughDays), formatCount(most))}</p>
        </div>
      )}
      <ScoreCards group={group} horizonMs={accuracy.horizonMs} />
      <div className="grid grid-cols-1 items-start gap-3 wide:grid-cols-[minmax(0,1.3fr)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-3">
          <Block title={text.forest.title} note={text.forest.note}>
            <ForestPlot markets={group.markets} />
          </Block>
          <Block title={text.time.title} note={text.time.note}>
            <LiftThroughTime days={group.throughTime} />
          </Block>
          <Block title={text.markets.title} note={text.markets.note} flush>
            <MarketTable markets={group.markets} />
          </Block>
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          <Block title={text.reliability.title} note={text.reliability.note(formatCount(group.forecasts))}>
            {group.reliability.length > 0 ? (
              <ReliabilityPlot bins={group.reliability} />
            ) : (
              <p className="text-t2">{accuracy.horizonMs < HOUR_MS ? text.reliability.onlyHour : text.reliability.none}</p>
            )}
          </Block>
          <Block title={text.worst.title} note={text.worst.note} alarming>
            <WorstCase group={group} />
          </Block>
        </div>
      </div>
      {group.waiting > 0 && <p className="text-t2">{text.waiting(formatCount(group.waiting))}</p>}
    </>
  )
}

function Block({
  title,
  note,
  flush = false,
  alarming = false,
  children,
}: {
  title: string
  note: string
  flush?: boolean
  alarming?: boolean
  children: ReactNode
}) {
  return (
    <section className={`fl-panel ${alarming ? 'border-err!' : ''}`}>
      <header className="fl-panel-head">
        <h3 className="fl-panel-title">{title}</h3>
        <span className="ml-auto py-1 text-right text-[11px] leading-4 text-t3">{note}</span>
      </header>
      <div className={flush ? 'fl-panel-flush' : 'p-3 phone:p-4'}>{children}</div>
    </section>
  )
}
