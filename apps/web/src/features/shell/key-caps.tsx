'use client'
import { useSyncExternalStore } from 'react'
import { keyCaps } from './prepare/chords.ts'

const never = () => () => {}

/** False in the server's markup, which does not know the reader's keyboard. */
const useMac = (): boolean =>
  useSyncExternalStore(
    never,
    () => /Mac|iPhone|iPad/.test(navigator.platform),
    () => false,
  )

/** The keys of a chord or a sequence, none of them twice, as they are written on the keyboard. `keys` as in prepare/chords.ts. */
export function KeyCaps({ keys }: { keys: string }) {
  const mac = useMac()
  return (
    <span className="inline-flex flex-none items-center gap-1">
      {keyCaps(keys, mac)
        .flat()
        .map((key) => (
          <kbd key={key} className="app-kbd min-w-[18px] text-center font-medium">
            {key}
          </kbd>
        ))}
    </span>
  )
}
