import { changeOf } from '../shell/prepare/format.ts'

const COLOURS = { up: 'text-up', down: 'text-dn', flat: 'text-t2' } as const

/** A change as a ratio, with its direction by arrow and colour. */
export function Change({ ratio }: { ratio: number }) {
  const { text, direction } = changeOf(ratio)
  return <span className={`whitespace-nowrap ${COLOURS[direction]}`}>{text}</span>
}
