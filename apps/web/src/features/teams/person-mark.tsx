import { hueOf, initialsOf } from './prepare/words.ts'

/** Initials in a circle, of a hue of their own. Decoration: the name stands beside it. */
export function PersonMark({ id, name, size = 28 }: { id: string; name: string; size?: 24 | 28 }) {
  return (
    <span
      aria-hidden="true"
      className="inline-flex flex-none items-center justify-center rounded-full text-[10px] font-semibold text-t1"
      style={{ width: size, height: size, background: `color-mix(in oklab, hsl(${hueOf(id)} 70% 50%) 28%, var(--fl-s2))` }}
    >
      {initialsOf(name)}
    </span>
  )
}
