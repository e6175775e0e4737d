'use client'
import {
  Activity,
  Bell,
  Bookmark,
  ChartColumn,
  ChevronDown,
  Database,
  Ellipsis,
  Flame,
  type LucideIcon,
  ScanSearch,
  Settings,
  Star,
  Table2,
  Target,
  UserRound,
  Users,
} from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, useCallback, useId, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { APART, type Section, sectionPath, sectionsFor } from './prepare/sections.ts'
import { useDismiss } from './use-dismiss.ts'
import { useUser } from './user-context.tsx'

export const SECTION_ICONS: Record<Section, LucideIcon> = {
  heatmap: Flame,
  map: ChartColumn,
  cascade: Activity,
  screener: ScanSearch,
  watchlists: Star,
  accuracy: Target,
  instruments: Table2,
  alerts: Bell,
  teams: Users,
  admin: Settings,
  sources: Database,
  saved: Bookmark,
  account: UserRound,
}

/** In the top bar at every width; the others stand under "More" where it is narrow. */
const ALWAYS: readonly Section[] = ['heatmap', 'map', 'screener']
const TABS: readonly Section[] = ['heatmap', 'map', 'screener', 'instruments']

interface NavigationProps {
  section: Section
  instrument?: string
}

const TOP_LINK =
  'h-7 items-center rounded-md px-2 font-medium text-t2 hover:text-t1 aria-[current]:bg-s3 aria-[current]:text-t1 full:px-2.5 cursor-pointer'

/** The pages, in the top bar of larger screens. */
export function TopNavigation({ section, instrument }: NavigationProps) {
  const sections = sectionsFor(useUser().role)
  const rest = sections.filter((target) => !ALWAYS.includes(target))
  return (
    <nav aria-label={messages.nav.label} className="hidden flex-none gap-0.5 phone:flex full:ml-2 full:gap-1">
      {sections.map((target) => (
        <Link
          key={target}
          href={sectionPath(target, instrument)}
          prefetch={false}
          aria-current={target === section ? 'page' : undefined}
          className={`${TOP_LINK} ${ALWAYS.includes(target) ? 'flex' : 'hidden wide:flex'}`}
        >
          {messages.nav[target]}
        </Link>
      ))}
      <More
        className="wide:hidden"
        buttonClass={`flex gap-1 ${TOP_LINK}`}
        listClass="absolute top-full left-0 mt-1.5"
        here={rest.includes(section)}
        button={
          <>
            {messages.nav.more}
            <ChevronDown size={12} aria-hidden="true" />
          </>
        }
      >
        {(close) => <MoreLinks sections={rest} section={section} instrument={instrument} onChosen={close} />}
      </More>
    </nav>
  )
}

/** The pages, at the bottom of phones. `extras` stands under "More", after the pages that have no tab. */
export function TabBar({ section, instrument, extras }: NavigationProps & { extras?: (close: () => void) => ReactNode }) {
  const sections = sectionsFor(useUser().role)
  const rest: Section[] = [...sections.filter((target) => !TABS.includes(target)), ...APART]
  const tab = 'flex h-14 w-full flex-col items-center justify-center gap-1 text-[11px] font-medium text-t2 aria-[current]:text-accfg'
  return (
    <nav
      aria-label={messages.nav.label}
      className="sticky bottom-0 z-30 flex flex-none border-t border-line bg-s1 pb-[env(safe-area-inset-bottom)] phone:hidden"
    >
      {TABS.map((target) => {
        const Icon = SECTION_ICONS[target]
        return (
          <Link
            key={target}
            href={sectionPath(target, instrument)}
            prefetch={false}
            aria-current={target === section ? 'page' : undefined}
            className={`${tab} flex-1`}
          >
            <Icon size={20} aria-hidden="true" />
            {messages.nav[target]}
          </Link>
        )
      })}
      <More
        className="flex-1"
        buttonClass={`${tab} cursor-pointer`}
        listClass="fixed right-2 bottom-[calc(64px+env(safe-area-inset-bottom))]"
        here={rest.includes(section)}
        button={
          <>
            <Ellipsis size={20} aria-hidden="true" />
            {messages.nav.more}
          </>
        }
      >
        {(close) => (
          <>
            <MoreLinks sections={rest} section={section} instrument={instrument} onChosen={close} />
            {extras && <div className="mt-1.5 border-t border-line2 pt-1.5">{extras(close)}</div>}
          </>
        )}
      </More>
    </nav>
  )
}

/** A button that opens what has no room beside it. `here`: the page that is shown is among it. */
function More({
  button,
  here,
  className,
  buttonClass,
  listClass,
  children,
}: {
  button: ReactNode
  here: boolean
  className: string
  buttonClass: string
  listClass: string
  /** is given what closes it, for entries that have been chosen */
  children: (close: () => void) => ReactNode
}) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const id = useId()
  const close = useCallback(() => setOpen(false), [])
  useDismiss(open, root, close)
  return (
    <div ref={root} className={`relative ${className}`}>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-current={here ? 'true' : undefined}
        onClick={() => setOpen(!open)}
        className={buttonClass}
      >
        {button}
      </button>
      {open && (
        <div id={id} className={`app-popover z-40 w-56 p-1.5 ${listClass}`}>
          {children(close)}
        </div>
      )}
    </div>
  )
}

/** Class of an entry of a menu of links and buttons. */
export const MENU_ENTRY =
  'flex min-h-9 w-full cursor-pointer items-center gap-2.5 rounded-md px-2.5 text-left font-medium text-t1 hover:bg-s3 aria-[current]:text-accfg'

function MoreLinks({ sections, section, instrument, onChosen }: NavigationProps & { sections: readonly Section[]; onChosen: () => void }) {
  return sections.map((target) => {
    const Icon = SECTION_ICONS[target]
    return (
      <Link
        key={target}
        href={sectionPath(target, instrument)}
        prefetch={false}
        aria-current={target === section ? 'page' : undefined}
        onClick={onChosen}
        className={MENU_ENTRY}
      >
        <Icon size={16} aria-hidden="true" className="flex-none text-t2" />
        {messages.nav[target]}
      </Link>
    )
  })
}
