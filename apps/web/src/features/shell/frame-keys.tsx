'use client'
import { useRouter } from 'next/navigation'
import { messages } from '../../messages.ts'
import { copyLink } from '../export/copy-link.ts'
import { type Command, useCommands } from '../palette/commands.ts'
import { startTour, useTourIsHere } from '../tour/tour-store.ts'
import { isShown, showOverlay } from './overlays.ts'
import { APART, type Section, sectionPath, sectionsFor } from './prepare/sections.ts'
import { signOut } from './sign-out.ts'
import { type Hotkeys, useHotkeys } from './use-hotkeys.ts'
import { useTheme } from './use-theme.ts'
import { useUser } from './user-context.tsx'

const text = messages.palette

/** `g` and then this opens the page. */
const GO_KEYS: Partial<Record<Section, string>> = {
  heatmap: 'g h',
  map: 'g m',
  cascade: 'g c',
  screener: 'g s',
  watchlists: 'g w',
  accuracy: 'g a',
  instruments: 'g i',
}

/** Keys and commands that work on every page. */
export function FrameKeys({ section, instrument }: { section: Section; instrument?: string }) {
  const router = useRouter()
  const { role } = useUser()
  const { theme, setTheme } = useTheme()
  const tour = useTourIsHere()
  const sections: Section[] = [...sectionsFor(role), ...APART]
  const open = (target: Section) => router.push(sectionPath(target, instrument))

  const goTo: Hotkeys = Object.fromEntries(
    sections.flatMap((target) => {
      const keys = GO_KEYS[target]
      return keys ? [[keys, { label: messages.nav[target], group: text.shortcuts.goTo, run: () => open(target) }]] : []
    }),
  )
  const group = text.shortcuts.general
  useHotkeys({
    'Mod+k': { label: text.shortcuts.search, group, run: () => showOverlay(isShown('palette') ? null : { kind: 'palette' }) },
    'Mod+Shift+c': { label: text.shortcuts.copyLink, group, run: () => void copyLink() },
    '?': { label: text.shortcuts.list, group, run: () => showOverlay({ kind: 'shortcuts' }) },
    ...goTo,
  })

  const { actions } = text
  const commands: Command[] = [
    ...sections.map((target) => ({
      id: `page:${target}`,
      kind: 'page' as const,
      title: messages.nav[target],
      keywords: actions.pageKeywords[target],
      keys: GO_KEYS[target],
      current: target === section,
      run: () => open(target),
    })),
    {
      id: 'action:copy-link',
      title: actions.copyLink,
      keywords: actions.copyLinkKeywords,
      keys: 'Mod+Shift+c',
      run: () => void copyLink(),
    },
    {
      id: 'action:theme',
      title: actions.theme[theme],
      keywords: actions.themeKeywords,
      run: () => setTheme(theme === 'dark' ? 'light' : 'dark'),
    },
    {
      id: 'action:shortcuts',
      title: actions.shortcuts,
      keywords: actions.shortcutsKeywords,
      keys: '?',
      run: () => showOverlay({ kind: 'shortcuts' }),
    },
    ...(tour ? [{ id: 'action:tour', title: messages.tour.again, keywords: actions.tourKeywords, run: startTour }] : []),
    { id: 'action:sign-out', title: messages.nav.signOut, keywords: actions.signOutKeywords, run: () => void signOut() },
  ]
  useCommands(commands)
  return null
}
