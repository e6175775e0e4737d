'use client'
import { useQuery } from '@tanstack/react-query'
import { ChevronDown, Search } from 'lucide-react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { KeyCaps } from '../shell/key-caps.tsx'
import { showOverlay } from '../shell/overlays.ts'
import { nameOf } from '../venues/prepare/words.ts'

const text = messages.palette

/** In the middle of the top bar: what is shown, and the way to everything else. */
export function PaletteButton({ instrument }: { instrument?: string }) {
  const trpc = useTRPC()
  // what the page has asked for already; the palette asks itself when it is opened
  const { data } = useQuery({ ...trpc.instruments.list.queryOptions(), enabled: false })
  const row = data?.find(({ key }) => key === instrument)
  const name = row ? nameOf(row) : instrument === undefined ? null : { symbol: instrument.slice(instrument.indexOf(':') + 1), venue: '' }
  return <PaletteButtonView name={name} />
}

export function PaletteButtonView({ name }: { name: { symbol: string; venue: string } | null }) {
  return (
    <button
      type="button"
      aria-haspopup="dialog"
      aria-keyshortcuts="Control+K Meta+K"
      title={text.search}
      onClick={() => showOverlay({ kind: 'palette' })}
      className="flex h-9 w-full min-w-0 cursor-pointer items-center gap-2 overflow-hidden rounded-md border border-line2 bg-s2 px-2.5 text-left hover:bg-s3 phone:h-7 phone:max-w-[300px]"
    >
      <Search size={14} aria-hidden="true" className={`flex-none text-t3 ${name ? 'hidden phone:block' : ''}`} />
      {name ? (
        <>
          <span className="sr-only">{text.instrument}:</span>
          <span className="min-w-0 truncate">
            <span className="font-semibold">{name.symbol}</span> <span className="sr-only text-t3 wide:not-sr-only">{name.venue}</span>
          </span>
        </>
      ) : (
        <span className="truncate text-t3">{text.button}</span>
      )}
      {/* beside a long symbol the venue goes before the keys */}
      <span aria-hidden="true" className={`ml-auto hidden flex-none ${name ? 'min-[1760px]:inline' : 'full:inline'}`}>
        <KeyCaps keys="Mod+k" />
      </span>
      {name && <ChevronDown size={14} aria-hidden="true" className="ml-auto flex-none text-t3 phone:hidden" />}
    </button>
  )
}
