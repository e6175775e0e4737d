'use client'
import { formatAge } from '@faultline/ui/format'
import { Button } from '@faultline/ui/react/button'
import { ChevronDown } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { heatmapPath } from '../heatmap/prepare/heatmap-path.ts'
import { figure, formatCount, MISSING } from '../shell/prepare/format.ts'
import { ChannelTable } from './channel-table.tsx'
import { CoverageFigure, CoverageStrip } from './coverage-strip.tsx'
import { LastGap } from './last-gap.tsx'
import { BackfillBar, WeightMeter } from './meters.tsx'
import type { InstrumentRow } from './prepare/rows.ts'
import { EditButton, ManageButton, ObservedButton, QuarantineButton, SourceSwitch } from './source-controls.tsx'
import { SourceAlarms, SourceFacts } from './source-facts.tsx'
import { SourceName } from './source-name.tsx'
import { Expander, type SourceListProps } from './source-table.tsx'
import { hasNote, StatusNote, StatusPill } from './status-pill.tsx'
import type { OpenRows } from './use-open-rows.ts'

const text = messages.sources

/** What the table says, one under the other, for narrow screens. */
export function SourceCards({ rows, asked, open, actions, errors }: SourceListProps) {
  return (
    <ul className="flex flex-col gap-3">
      {rows.map((row) => {
        const { source, status } = row
        const expanded = open.has(source.id, row.total)
        return (
          <li key={source.id} className="fl-panel">
            <div className="flex flex-col gap-3 p-3">
              <div className="flex items-start gap-3">
                <h2 className="min-w-0 flex-1">
                  <SourceName source={source} />
                </h2>
                <SourceSwitch source={source} actions={actions} />
              </div>
              <div>
                <StatusPill status={status} progress={row.progress} />
                {hasNote(status) && (
                  <p className="mt-1.5 [overflow-wrap:anywhere] text-t2">
                    <StatusNote status={status} asked={asked} />
                  </p>
                )}
              </div>
              <SourceAlarms source={source} error={errors.get(source.id)} />
              <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2">
                <Fact name={text.columns.markets}>
                  {row.total === 0 ? MISSING : text.markets(formatCount(row.live), formatCount(row.total))}
                </Fact>
                <Fact name={text.columns.lag}>{figure(row.lagMs, formatAge)}</Fact>
                {row.strip && (
                  <Fact name={text.columns.coverage}>
                    <CoverageFigure share={row.coverage} plain={status.kind === 'paused'} />
                  </Fact>
                )}
                <Fact name={text.columns.gap}>
                  <LastGap gap={row.lastGap} asked={asked} />
                </Fact>
                <Fact name={text.columns.weight}>
                  <WeightMeter weight={source.report?.details.requestWeight} />
                </Fact>
                {row.progress && (
                  <Fact name={text.columns.backfill}>
                    <BackfillBar progress={row.progress} name={source.name} />
                  </Fact>
                )}
                <Fact name={text.columns.quarantine}>
                  <QuarantineButton source={source} actions={actions} />
                </Fact>
              </dl>
              {row.strip && <CoverageStrip strip={row.strip} share={row.coverage} className="w-full!" />}
              <div className="flex flex-wrap items-center gap-2">
                <EditButton source={source} actions={actions} wide />
                <ManageButton source={source} actions={actions} wide />
                <ObservedButton source={source} actions={actions} wide />
                <Button
                  variant="ghost"
                  aria-expanded={expanded}
                  aria-label={text.expand(source.name)}
                  onClick={() => open.toggle(source.id, row.total)}
                  className="ml-auto"
                >
                  {text.details(formatCount(row.total))}
                  <ChevronDown size={14} aria-hidden="true" className={expanded ? 'rotate-180' : ''} />
                </Button>
              </div>
            </div>
            {expanded && (
              <>
                <div className="border-t border-line p-3">
                  <SourceFacts source={source} />
                </div>
                <ul>
                  {row.instruments.map((instrument) => (
                    <InstrumentItem key={instrument.symbol} row={instrument} asked={asked} open={open} />
                  ))}
                </ul>
              </>
            )}
          </li>
        )
      })}
    </ul>
  )
}

function InstrumentItem({ row, asked, open }: { row: InstrumentRow; asked: number; open: OpenRows }) {
  const { instrument, status, symbol } = row
  const expanded = instrument !== null && open.hasInstrument(instrument.id)
  return (
    <li className="flex flex-col gap-2 border-t border-line p-3">
      <div className="flex min-h-6 items-center gap-2">
        {instrument ? (
          <Link href={heatmapPath(instrument.key)} prefetch={false} className="min-w-0 truncate font-semibold">
            {symbol}
          </Link>
        ) : (
          <span className="min-w-0 truncate font-semibold text-t2">{symbol}</span>
        )}
        <StatusPill status={status} progress={row.progress} />
        <span className="ml-auto font-semibold whitespace-nowrap">{figure(row.lagMs, formatAge)}</span>
        {instrument && <Expander name={symbol} expanded={expanded} onToggle={() => open.toggleInstrument(instrument.id)} />}
      </div>
      {hasNote(status, row.missing) && status.kind !== 'silent' && (
        <p className="[overflow-wrap:anywhere] text-t2">
          <StatusNote status={status} asked={asked} missing={row.missing} />
        </p>
      )}
      {instrument && (
        <div className="flex items-center gap-3">
          <CoverageStrip strip={instrument.coverage} share={instrument.coverage} className="min-w-0 flex-1" />
          <CoverageFigure share={instrument.coverage} plain={status.kind === 'paused'} />
        </div>
      )}
      {instrument?.lastGap && (
        <p className="text-t2">
          {text.columns.gap}: <LastGap gap={instrument.lastGap} asked={asked} />
        </p>
      )}
      {row.progress && <BackfillBar progress={row.progress} name={symbol} />}
      {expanded && <ChannelTable instrument={instrument} />}
    </li>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-t3">{name}</dt>
      <dd className="flex min-w-0 justify-end text-right font-semibold">{children}</dd>
    </>
  )
}
