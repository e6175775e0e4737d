'use client'
import type { PartColour } from '@faultline/ui/map/colours'
import { messages } from '../../messages.ts'

const text = messages.map

/** What the colours of a bar mean, highest first; classes of leverage can be left out. */
export function MapLegend({
  names,
  colours,
  shown,
  onToggle,
}: {
  names: readonly string[]
  colours: readonly PartColour[]
  /** null: they are shown all, always */
  shown: readonly boolean[] | null
  onToggle: (index: number) => void
}) {
  const items = names.map((name, index) => ({ name, index })).reverse()
  if (shown === null)
    return (
      <ul className="flex flex-wrap gap-x-3 gap-y-1 text-[11px] text-t2">
        {items.map(({ name, index }) => (
          <li key={name} className="flex items-center gap-1.5">
            <Swatch colour={colours[index]} />
            {name}
          </li>
        ))}
      </ul>
    )
  const last = shown.filter(Boolean).length === 1
  return (
    <fieldset aria-label={text.classes} className="flex flex-wrap gap-x-1 gap-y-1">
      {items.map(({ name, index }) => {
        const on = shown[index] ?? true
        const stays = on && last
        return (
          <button
            key={name}
            type="button"
            aria-pressed={on}
            aria-disabled={stays || undefined}
            title={stays ? text.lastClass : undefined}
            onClick={() => !stays && onToggle(index)}
            className={`flex h-6 cursor-pointer items-center gap-1.5 rounded-md px-1.5 text-[11px] hover:bg-s2 pointer-coarse:h-10 ${on ? 'text-t1' : 'text-t3 line-through'}`}
          >
            <Swatch colour={on ? colours[index] : undefined} />
            {name}
          </button>
        )
      })}
    </fieldset>
  )
}

const Swatch = ({ colour }: { colour: PartColour | undefined }) => (
  <span aria-hidden="true" className="flex gap-px">
    {(['long', 'short'] as const).map((side) => (
      <span key={side} className="size-2.5 rounded-[2px] bg-s3" style={colour && { background: colour[side] }} />
    ))}
  </span>
)
