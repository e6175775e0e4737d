'use client'
import { Check, ChevronDown } from 'lucide-react'
import { createContext, type KeyboardEvent, type ReactNode, use, useEffect, useId, useRef, useState } from 'react'
import { Button, type ButtonProps } from './button.tsx'
import { classNames } from './class-names.ts'

export interface MenuProps {
  /** text of the button, and name of the menu */
  label: string
  icon?: ReactNode
  /** shows the icon alone; the label stays the button's name */
  iconOnly?: boolean
  variant?: ButtonProps['variant']
  size?: ButtonProps['size']
  busy?: boolean
  disabled?: boolean
  title?: string
  /** which edge of the button the list is aligned with, and on which side of it it opens */
  align?: 'start' | 'end'
  side?: 'below' | 'above'
  className?: string
  /** `MenuItem`s */
  children: ReactNode
}

/** Closes the menu; focus goes back to its button where `refocus` is true. */
const CloseContext = createContext<(refocus: boolean) => void>(() => {})

const ITEM = '[role^="menuitem"]:not([aria-disabled="true"])'

/** A button that opens a short list of things to do: `role="menu"`, arrows, Home, End, first letters, Escape. */
export function Menu({
  label,
  icon,
  iconOnly = false,
  variant,
  size,
  busy,
  disabled,
  title,
  align = 'end',
  side = 'below',
  className,
  children,
}: MenuProps) {
  const [open, setOpen] = useState<'first' | 'last' | null>(null)
  const root = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()

  useEffect(() => {
    if (!open) return
    const items = itemsOf(list.current)
    items.at(open === 'first' ? 0 : -1)?.focus()
    const outside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(null)
    }
    document.addEventListener('pointerdown', outside)
    document.addEventListener('focusin', outside)
    return () => {
      document.removeEventListener('pointerdown', outside)
      document.removeEventListener('focusin', outside)
    }
  }, [open])

  const close = (refocus: boolean) => {
    setOpen(null)
    if (refocus) root.current?.querySelector('button')?.focus()
  }
  const onButtonKey = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    setOpen(event.key === 'ArrowDown' ? 'first' : 'last')
  }
  const onListKey = (event: KeyboardEvent) => {
    if (event.key === 'Tab') return close(false)
    const items = itemsOf(list.current)
    const at = items.indexOf(document.activeElement as HTMLElement)
    const to =
      event.key === 'Escape'
        ? null
        : {
            ArrowDown: items[(at + 1) % items.length],
            ArrowUp: items.at(at <= 0 ? -1 : at - 1),
            Home: items[0],
            End: items.at(-1),
          }[event.key]
    const named = to === undefined && event.key.length === 1 ? startingWith(items, at, event.key) : to
    if (named === undefined) return
    event.preventDefault()
    // what listens on the page (a sheet, the chart) is not meant
    event.stopPropagation()
    if (named === null) close(true)
    else named.focus()
  }

  return (
    <div ref={root} className={classNames('fl-menu', className)}>
      <Button
        variant={variant}
        size={size}
        icon={icon}
        busy={busy}
        disabled={disabled}
        title={title ?? (iconOnly ? label : undefined)}
        aria-label={iconOnly ? label : undefined}
        aria-haspopup="menu"
        aria-expanded={open !== null}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(open ? null : 'first')}
        onKeyDown={onButtonKey}
      >
        {iconOnly ? undefined : (
          <>
            {label}
            <ChevronDown size={12} aria-hidden="true" />
          </>
        )}
      </Button>
      {open && (
        <CloseContext value={close}>
          <div
            ref={list}
            id={id}
            role="menu"
            tabIndex={-1}
            aria-label={label}
            onKeyDown={onListKey}
            className={classNames('fl-menu-list', `fl-menu-${align}`, `fl-menu-${side}`)}
          >
            {children}
          </div>
        </CloseContext>
      )}
    </div>
  )
}

const itemsOf = (list: HTMLElement | null): HTMLElement[] => [...(list?.querySelectorAll<HTMLElement>(ITEM) ?? [])]

function startingWith(items: readonly HTMLElement[], at: number, letter: string): HTMLElement | undefined {
  const around = [...items.slice(at + 1), ...items.slice(0, at + 1)]
  return around.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter.toLowerCase()))
}

export interface MenuItemProps {
  icon?: ReactNode
  /** set: something that is on or off; the menu stays open */
  checked?: boolean
  disabled?: boolean
  /** at the right: keys that do the same */
  hint?: ReactNode
  onPress: () => void
  children: ReactNode
}

/** One thing to do, in a `Menu`. */
export function MenuItem({ icon, checked, disabled = false, hint, onPress, children }: MenuItemProps) {
  const close = use(CloseContext)
  const press = () => {
    if (disabled) return
    if (checked === undefined) close(true)
    onPress()
  }
  const shared = {
    type: 'button',
    tabIndex: -1,
    'aria-disabled': disabled || undefined,
    onClick: press,
    className: 'fl-menu-item',
  } as const
  const inside = (
    <>
      {icon && (
        <span className="fl-button-glyph" aria-hidden="true">
          {icon}
        </span>
      )}
      <span className="fl-menu-text">{children}</span>
      {hint}
      {checked !== undefined && <Check size={14} aria-hidden="true" className={checked ? 'fl-menu-check' : 'fl-menu-check-off'} />}
    </>
  )
  return checked === undefined ? (
    <button {...shared} role="menuitem">
      {inside}
    </button>
  ) : (
    <button {...shared} role="menuitemcheckbox" aria-checked={checked}>
      {inside}
    </button>
  )
}
