'use client'
import { classNames } from './class-names.ts'

export interface SegmentedControlProps<T extends string> {
  /** accessible name of the group */
  label: string
  options: readonly { value: T; label?: string; title?: string; disabled?: boolean }[]
  value: T
  onChange: (value: T) => void
  /** the chosen one was pressed once more */
  onAgain?: () => void
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
  size = 'medium',
  className,
}: SegmentedControlProps<T>) {
  return (
    <fieldset aria-label={label} className={classNames('fl-segments', `fl-segments-${size}`, className)}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          title={option.title}
          disabled={option.disabled}
          aria-pressed={option.value === value}
          onClick={() => (option.value === value ? onAgain?.() : onChange(option.value))}
          className="fl-segment"
        >
          {option.label ?? option.value}
        </button>
      ))}
    </fieldset>
  )
}
