'use client'
import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { classNames } from './class-names.ts'

export interface ErrorNoteProps {
  children: ReactNode
  onRetry?: () => void
  /** identifier to quote to whoever runs the server */
  errorId?: string
  className?: string
  /** form errors are found by `form-error` */
  'data-testid'?: string
}

/** What went wrong and what to do, announced once (`role="alert"`). */
export function ErrorNote({ children, onRetry, errorId, className, 'data-testid': testId }: ErrorNoteProps) {
  return (
    <div role="alert" className={classNames('fl-error', className)} data-testid={testId}>
      <CircleAlert size={16} aria-hidden="true" className="fl-error-icon" />
      <div className="fl-error-text">
        {children}
        {errorId && <span className="fl-error-id"> Error {errorId}</span>}
      </div>
      {onRetry && (
        <Button size="small" onClick={onRetry}>
          Retry
        </Button>
      )}
    </div>
  )
}
