'use client'
import { Lock } from 'lucide-react'
import { classNames } from './class-names.ts'

export interface SegmentedControlProps<T extends string> {
  /** accessible name of the group */
  label: string
  /** `locked`: why this one cannot be chosen; it stays in place and can be reached, so that the reason is found */
  options: readonly { value: T; label?: string; title?: string; disabled?: boolean; locked?: string | undefined }[]
  value: T
  onChange: (value: T) => void
  /** the chosen one was pressed once more */
  onAgain?: () => void
  /** a locked one was pressed */
  onLocked?: (why: string) => void
  size?: 'medium' | 'small' | 'large'
  className?: string
}

/** One of a few: a group of buttons, the chosen one with `aria-pressed="true"`. The visible name is `label ?? value`. */
export function SegmentedControl<T extends string>({
  label,
  options,
  value,
  onChange,
  onAgain,
  onLocked,
  size = 'medium',
  className,
}: SegmentedControlProps<T>) {
  return (
    <fieldset aria-label={label} className={classNames('fl-segments', `fl-segments-${size}`, className)}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          title={option.locked ?? option.title}
          aria-disabled={option.locked !== undefined || undefined}
          disabled={option.disabled}
          aria-pressed={option.value === value}
          onClick={() => {
            if (option.locked !== undefined) onLocked?.(option.locked)
            else if (option.value === value) onAgain?.()
            else onChange(option.value)
          }}
          className="fl-segment"
        >
          {option.locked !== undefined && <Lock size={10} aria-hidden="true" className="fl-segment-lock" />}
          {option.label ?? option.value}
        </button>
      ))}
    </fieldset>
  )
}
