import type { ReactNode } from 'react'

/** A table in a panel that is never wider than the page: it scrolls inside itself. `titled`: the label stands over it. */
export function Table({
  label,
  head,
  titled = false,
  children,
}: {
  label: string
  head: ReactNode
  titled?: boolean
  children: ReactNode
}) {
  return (
    <div className="fl-panel min-w-0 overflow-x-auto">
      {titled && (
        <header className="fl-panel-head">
          <h2 className="fl-panel-title">{label}</h2>
        </header>
      )}
      <table aria-label={label} className="w-full border-collapse">
        <thead>
          <tr className="border-b border-line text-[11px] text-t3">{head}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}

export const Head = ({ children, className = 'text-left' }: { children: ReactNode; className?: string }) => (
  <th scope="col" className={`h-9 px-2 font-normal whitespace-nowrap first:pl-4 last:pr-4 ${className}`}>
    {children}
  </th>
)

export const Row = ({ children, className = '' }: { children: ReactNode; className?: string }) => (
  <tr className={`border-b border-line last:border-b-0 ${className}`}>{children}</tr>
)

export const Cell = ({ children, className = '', title }: { children: ReactNode; className?: string; title?: string | undefined }) => (
  <td title={title} className={`h-10 px-2 py-1 text-t2 first:pl-4 last:pr-4 ${className}`}>
    {children}
  </td>
)

/** Rows that are on their way keep their height; nothing moves. */
export function TableSkeleton({ label, rows = 6 }: { label: string; rows?: number }) {
  return (
    <div role="status" aria-busy="true" className="fl-panel">
      <span className="sr-only">{label}</span>
      <div aria-hidden="true">
        <div className="h-9 border-b border-line" />
        {Array.from({ length: rows }, (_, row) => `${row}`).map((key) => (
          <div key={key} className="flex h-10 items-center gap-8 border-b border-line px-4 last:border-b-0">
            <span className="h-3 w-36 rounded bg-s3" />
            <span className="hidden h-3 w-48 rounded bg-s3 phone:block" />
            <span className="ml-auto h-3 w-16 rounded bg-s3" />
          </div>
        ))}
      </div>
    </div>
  )
}
