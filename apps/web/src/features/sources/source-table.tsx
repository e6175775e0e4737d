'use client'
import { formatAge } from '@faultline/ui/format'
import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { Fragment, type ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { heatmapPath } from '../heatmap/prepare/heatmap-path.ts'
import { figure, formatCount, MISSING } from '../shell/prepare/format.ts'
import { ChannelTable } from './channel-table.tsx'
import { CoverageFigure, CoverageStrip } from './coverage-strip.tsx'
import { LastGap } from './last-gap.tsx'
import { BackfillBar, WeightMeter } from './meters.tsx'
import type { Strip } from './prepare/coverage.ts'
import type { InstrumentRow, SourceRow } from './prepare/rows.ts'
import type { CoverageShare } from './server/schema.ts'
import { EditButton, ManageButton, ObservedButton, QuarantineButton, type SourceActions, SourceSwitch } from './source-controls.tsx'
import { SourceAlarms, SourceFacts } from './source-facts.tsx'
import { SourceName } from './source-name.tsx'
import { hasNote, StatusNote, StatusPill } from './status-pill.tsx'
import type { OpenRows } from './use-open-rows.ts'

const text = messages.sources

export interface SourceListProps {
  rows: readonly SourceRow[]
  asked: number
  open: OpenRows
  actions: SourceActions
  errors: ReadonlyMap<number, string>
}

const COLUMNS: readonly { key: keyof typeof text.columns; className?: string }[] = [
  { key: 'source' },
  { key: 'status' },
  { key: 'markets', className: 'text-right' },
  { key: 'lag', className: 'text-right' },
  { key: 'coverage' },
  { key: 'gap' },
  { key: 'weight' },
  { key: 'backfill' },
  { key: 'quarantine', className: 'text-right' },
  { key: 'enabled' },
]

/** On wide screens; cards do the same on narrower ones. */
export function SourceTable({ rows, asked, open, actions, errors }: SourceListProps) {
  return (
    <table className="w-full border-collapse">
      <thead>
        <tr className="border-b border-line text-[11px] text-t3">
          {COLUMNS.map(({ key, className = 'text-left' }) => (
            <th
              key={key}
              scope="col"
              title={key === 'coverage' ? text.kpi.coverageWhy : undefined}
              className={`h-9 px-2 font-normal first:pl-4 ${className}`}
            >
              {text.columns[key]}
            </th>
          ))}
          <th scope="col" className="w-10 pr-3">
            <span className="sr-only">{text.editShort}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Fragment key={row.source.id}>
            <SourceTableRow row={row} asked={asked} open={open} actions={actions} error={errors.get(row.source.id)} />
            {open.has(row.source.id, row.total) && (
              <>
                <FullRow className="pt-1 pb-3 pl-11">
                  <SourceFacts source={row.source} />
                </FullRow>
                {row.instruments.map((instrument) => (
                  <InstrumentTableRow key={instrument.symbol} row={instrument} asked={asked} open={open} />
                ))}
              </>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  )
}

function SourceTableRow({
  row,
  asked,
  open,
  actions,
  error,
}: {
  row: SourceRow
  asked: number
  open: OpenRows
  actions: SourceActions
  error: string | undefined
}) {
  const { source, status } = row
  const alarms = <SourceAlarms source={source} error={error} />
  const alarming =
    error !== undefined || (source.report?.details.spool?.bytes ?? 0) > 0 || (source.report?.details.spool?.droppedEvents ?? 0) > 0
  return (
    <>
      <tr
        className="border-t border-line align-middle first:border-t-0"
        data-testid="source-row"
        data-source={source.name}
        data-state={status.kind}
      >
        <th scope="row" className="h-14 min-w-[236px] py-2 pr-2 pl-2 text-left font-normal">
          <span className="flex items-center gap-1.5">
            <Expander name={source.name} expanded={open.has(source.id, row.total)} onToggle={() => open.toggle(source.id, row.total)} />
            <SourceName source={source} />
          </span>
        </th>
        <td className="max-w-[250px] px-2 py-2">
          <StatusPill status={status} progress={row.progress} />
          {hasNote(status) && (
            <span className="mt-1 block text-[11px] leading-[15px] [overflow-wrap:anywhere] text-t2">
              <StatusNote status={status} asked={asked} />
            </span>
          )}
        </td>
        <td className="px-2 text-right font-semibold whitespace-nowrap">
          {row.total === 0 ? (
            <span className="font-normal text-t3">{MISSING}</span>
          ) : (
            text.markets(formatCount(row.live), formatCount(row.total))
          )}
        </td>
        <Lag ms={row.lagMs} late={status.tone === 'warn' || status.tone === 'err'} />
        <td className="px-2">
          <Coverage strip={row.strip} share={row.coverage} plain={status.kind === 'paused'} />
        </td>
        <td className="px-2">
          <LastGap gap={row.lastGap} asked={asked} />
        </td>
        <td className="px-2">
          <WeightMeter weight={source.report?.details.requestWeight} />
        </td>
        <td className="px-2">
          <BackfillBar progress={row.progress} name={source.name} />
        </td>
        <td className="px-2 text-right">
          <QuarantineButton source={source} actions={actions} />
        </td>
        <td className="px-2">
          <SourceSwitch source={source} actions={actions} />
        </td>
        <td className="pr-3 text-right whitespace-nowrap">
          <ObservedButton source={source} actions={actions} />
          <EditButton source={source} actions={actions} />
          <ManageButton source={source} actions={actions} />
        </td>
      </tr>
      {alarming && <FullRow className="pb-3 pl-11">{alarms}</FullRow>}
    </>
  )
}

function InstrumentTableRow({ row, asked, open }: { row: InstrumentRow; asked: number; open: OpenRows }) {
  const { instrument, status, symbol } = row
  const expanded = instrument !== null && open.hasInstrument(instrument.id)
  return (
    <>
      <tr className="border-t border-line hover:bg-s2" data-testid="instrument-row" data-symbol={symbol} data-state={status.kind}>
        <th scope="row" className="h-10 py-1 pr-2 pl-8 text-left font-normal">
          <span className="flex items-center gap-1.5">
            {instrument ? (
              <Expander name={symbol} expanded={expanded} onToggle={() => open.toggleInstrument(instrument.id)} />
            ) : (
              <span className="w-6 flex-none" />
            )}
            {instrument ? (
              <Link href={heatmapPath(instrument.key)} prefetch={false} className="font-medium hover:underline">
                {symbol}
              </Link>
            ) : (
              <span className="font-medium text-t2">{symbol}</span>
            )}
          </span>
        </th>
        <td className="max-w-[250px] px-2 py-1" colSpan={2}>
          <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
            <StatusPill status={status} progress={row.progress} />
            {hasNote(status, row.missing) && status.kind !== 'silent' && (
              <span className="text-[11px] leading-[15px] [overflow-wrap:anywhere] text-t2">
                <StatusNote status={status} asked={asked} missing={row.missing} />
              </span>
            )}
          </span>
        </td>
        <Lag ms={row.lagMs} late={status.tone === 'warn' || status.tone === 'err'} />
        <td className="px-2">
          <Coverage
            strip={instrument?.coverage ?? null}
            share={instrument?.coverage ?? { expectedMs: 0, coveredMs: 0 }}
            plain={status.kind === 'paused'}
          />
        </td>
        <td className="px-2" colSpan={2}>
          {instrument ? <LastGap gap={instrument.lastGap} asked={asked} /> : <span className="text-t3">{MISSING}</span>}
        </td>
        <td className="px-2 py-1">
          <BackfillBar progress={row.progress} name={symbol} />
        </td>
        <td colSpan={3} />
      </tr>
      {expanded && (
        <FullRow className="bg-bg py-2 pl-[60px]">
          <ChannelTable instrument={instrument} />
        </FullRow>
      )}
    </>
  )
}

function Lag({ ms, late }: { ms: number | null; late: boolean }) {
  return (
    <td className={`px-2 text-right whitespace-nowrap ${ms === null ? 'text-t3' : late ? 'font-semibold text-warn' : 'font-semibold'}`}>
      {figure(ms, formatAge)}
    </td>
  )
}

function Coverage({ strip, share, plain }: { strip: Strip | null; share: CoverageShare; plain: boolean }) {
  if (!strip) return <span className="text-t3">{MISSING}</span>
  return (
    <span className="flex items-center gap-2.5 whitespace-nowrap">
      <CoverageStrip strip={strip} share={share} />
      <CoverageFigure share={share} plain={plain} />
    </span>
  )
}

export function Expander({ name, expanded, onToggle }: { name: string; expanded: boolean; onToggle: () => void }) {
  return (
    <button
      type="button"
      aria-expanded={expanded}
      aria-label={text.expand(name)}
      onClick={onToggle}
      className="flex size-6 flex-none cursor-pointer items-center justify-center rounded-md text-t3 hover:bg-s3 hover:text-t1 pointer-coarse:size-10"
    >
      <ChevronRight size={14} aria-hidden="true" className={expanded ? 'rotate-90' : ''} />
    </button>
  )
}

function FullRow({ children, className }: { children: ReactNode; className: string }) {
  return (
    <tr>
      <td colSpan={COLUMNS.length + 1} className={`pr-4 ${className}`}>
        {children}
      </td>
    </tr>
  )
}
