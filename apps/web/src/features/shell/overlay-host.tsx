'use client'
import { useEffect } from 'react'
import { CopyDialog } from '../export/copy-dialog.tsx'
import { Palette } from '../palette/palette.tsx'
import { showOverlay, useOverlay } from './overlays.ts'
import { instrumentPath, type Section } from './prepare/sections.ts'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'

const close = () => showOverlay(null)

/** Draws what lies over the page, once per page. */
export function Overlays({
  section,
  instrument,
  instrumentHref = (key) => instrumentPath(section, key),
}: {
  section: Section
  instrument?: string
  instrumentHref?: (key: string) => string
}) {
  const overlay = useOverlay()
  // another page begins without it
  useEffect(() => close, [])
  switch (overlay?.kind) {
    case 'palette':
      return <Palette instrument={instrument} hrefOf={instrumentHref} onClose={close} />
    case 'shortcuts':
      return <ShortcutsDialog onClose={close} />
    case 'copy':
      return <CopyDialog value={overlay.text} onClose={close} />
    default:
      return null
  }
}
