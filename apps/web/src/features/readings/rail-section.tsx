'use client'
import type { ReactNode } from 'react'

/** One reading of the rail: a heading, what it is of, and a figure at the right end. `why` explains the title to whoever points at it. */
export function RailSection({
  id,
  title,
  lead,
  why,
  end,
  children,
}: {
  id: string
  title: string
  lead?: string
  why?: string
  end?: ReactNode
  children: ReactNode
}) {
  return (
    // A group and no region: the chart's panes are regions, and one of them has the same name.
    <fieldset aria-labelledby={`readings-${id}`} className="min-w-0 border-b border-line px-4 py-3.5">
      <div className="mb-2 flex flex-wrap items-baseline gap-x-1.5">
        <h2 id={`readings-${id}`} className="text-[13px] leading-[18px] font-semibold" title={why}>
          {title}
        </h2>
        {lead && <span className="text-[11px] leading-[14px] text-t3">{lead}</span>}
        {end && <span className="ml-auto">{end}</span>}
      </div>
      {children}
      {why && <p className="sr-only">{why}</p>}
    </fieldset>
  )
}

const ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const

/** Grey bars where rows will stand; nothing moves. */
export function RailBars({ rows, className = 'h-[29px]' }: { rows: number; className?: string }) {
  return (
    <div aria-hidden="true">
      {ROWS.slice(0, rows).map((row) => (
        <div key={row} className={`flex items-center ${className}`}>
          <span className="block h-3 w-full rounded-sm bg-s3" />
        </div>
      ))}
    </div>
  )
}
