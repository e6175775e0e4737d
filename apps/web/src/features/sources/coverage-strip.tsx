import { formatClock, formatPercent } from '@faultline/ui/format'
import { messages } from '../../messages.ts'
import { formatCount, formatShare } from '../shell/prepare/format.ts'
import { CELL_MS, type CellTone, countCells, type Strip, toneOf } from './prepare/coverage.ts'
import type { CoverageShare } from './server/schema.ts'

const text = messages.sources
const FILLS: Record<CellTone, string> = { none: 'fill-s3', whole: 'fill-ok', part: 'fill-warn', gap: 'fill-err' }
const STEP = 3
const HEIGHT = 14
/** a gap is to be seen as well */
const LOWEST = 3

/** One bar per half-hour, as high as it is covered: green whole, yellow in part, red mostly missing; empty where nothing was heard. */
export function CoverageStrip({ strip, share, className = '' }: { strip: Strip; share: CoverageShare; className?: string }) {
  const { incomplete, known } = countCells(strip.cells)
  const label =
    known === 0
      ? text.coverageNone
      : text.coverageText(formatShare(share.coveredMs, share.expectedMs), formatCount(incomplete), formatCount(known))
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${strip.cells.length * STEP - 1} ${HEIGHT}`}
      preserveAspectRatio="none"
      shapeRendering="crispEdges"
      className={`block h-[14px] w-[143px] ${className}`}
    >
      {strip.cells.map((cell, i) => {
        const from = strip.from + i * CELL_MS
        const height = cell === null ? HEIGHT : Math.max(LOWEST, cell * HEIGHT)
        return (
          <g key={from}>
            <rect x={i * STEP} width={2} height={HEIGHT} className={FILLS.none} />
            {cell !== null && <rect x={i * STEP} y={HEIGHT - height} width={2} height={height} className={FILLS[toneOf(cell)]} />}
            <title>
              {text.cell(`${formatClock(from, 'utc')}–${formatClock(from + CELL_MS, 'utc')}`, cell === null ? null : formatPercent(cell))}
            </title>
          </g>
        )
      })}
    </svg>
  )
}

/** The share in figures: amber under 95 %, red under 80 %; plain where nobody means to listen. */
export function CoverageFigure({ share, plain = false }: { share: CoverageShare; plain?: boolean }) {
  const ratio = share.expectedMs === 0 ? null : share.coveredMs / share.expectedMs
  const colour = ratio === null ? 'text-t3' : plain ? 'text-t2' : ratio < 0.8 ? 'text-err' : ratio < 0.95 ? 'text-warn' : 'text-t1'
  return <span className={`font-semibold ${colour}`}>{formatShare(share.coveredMs, share.expectedMs)}</span>
}
