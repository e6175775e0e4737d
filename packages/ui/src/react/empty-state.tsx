'use client'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'

export interface EmptyStateProps {
  /** one line of why */
  title: string
  children?: ReactNode
  icon?: ReactNode
  /** one action */
  action?: ReactNode
  className?: string
}

/** What stands where there is nothing yet: why, and one thing to do. */
export function EmptyState({ title, children, icon, action, className }: EmptyStateProps) {
  return (
    <div className={classNames('fl-empty', className)}>
      {icon && (
        <div className="fl-empty-icon" aria-hidden="true">
          {icon}
        </div>
      )}
      <p className="fl-empty-title">{title}</p>
      {children && <div className="fl-empty-text">{children}</div>}
      {action && <div className="fl-empty-action">{action}</div>}
    </div>
  )
}
