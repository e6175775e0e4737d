'use client'
import { type ReactNode, useId } from 'react'
import { classNames } from './class-names.ts'

export interface PanelProps {
  /** panel title; the region takes its name from it */
  title?: ReactNode
  /** right-hand side of the head */
  actions?: ReactNode
  /** no padding inside (tables, charts) */
  flush?: boolean
  className?: string
  children: ReactNode
}

/** A surface with an optional 40 px head; with a title it is a named region. */
export function Panel({ title, actions, flush = false, className, children }: PanelProps) {
  const id = useId()
  return (
    <section className={classNames('fl-panel', className)} aria-labelledby={title ? id : undefined}>
      {(title || actions) && (
        <header className="fl-panel-head">
          {title && (
            <h2 id={id} className="fl-panel-title">
              {title}
            </h2>
          )}
          {actions && <div className="fl-panel-actions">{actions}</div>}
        </header>
      )}
      <div className={flush ? 'fl-panel-flush' : 'fl-panel-body'}>{children}</div>
    </section>
  )
}
