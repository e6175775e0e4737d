'use client'
import { classNames } from './class-names.ts'

export interface LogoProps {
  /** edge of the mark in pixels */
  size?: number
  /** the name beside the mark */
  wordmark?: boolean
  className?: string
}

/** The mark: a rounded square that a fault line runs through. */
export function Logo({ size = 24, wordmark = false, className }: LogoProps) {
  return (
    <span className={classNames('fl-logo', className)}>
      <svg
        width={size}
        height={size}
        viewBox="0 0 24 24"
        role={wordmark ? undefined : 'img'}
        aria-hidden={wordmark || undefined}
        aria-label={wordmark ? undefined : 'Faultline'}
      >
        <rect width="24" height="24" rx="6" fill="var(--fl-acc)" />
        <path
          d="M3.5 14h3.6l2.7-7.2 4 11.2 2.5-6.2h4.2"
          fill="none"
          stroke="var(--fl-acc-on)"
          strokeWidth="2"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      {wordmark && <span className="fl-wordmark">Faultline</span>}
    </span>
  )
}
