'use client'
import { Button } from '@faultline/ui/react/button'
import { Toggle } from '@faultline/ui/react/toggle'
import { messages } from '../../messages.ts'
import { Dialog } from '../sources/dialog.tsx'
import { startTour, useTourIsHere } from '../tour/tour-store.ts'
import { KeyCaps } from './key-caps.tsx'
import { isSingle } from './prepare/chords.ts'
import { groupsOf } from './prepare/shortcut-groups.ts'
import { type ListedHotkey, useListedHotkeys, useSingleKeys } from './use-hotkeys.ts'

const text = messages.palette.shortcuts

/** All keys that work on this page, the switch for single ones, and the way back to the tour. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const hotkeys = useListedHotkeys()
  const [single, setSingle] = useSingleKeys()
  const tour = useTourIsHere()
  return (
    <Dialog title={text.title} onClose={onClose}>
      <div className="flex min-h-0 flex-col overflow-y-auto overscroll-contain">
        <ShortcutList hotkeys={hotkeys} single={single} />
        <div className="flex flex-wrap items-center gap-x-4 gap-y-3 border-t border-line px-4 py-3">
          <div>
            <Toggle label={text.single} checked={single} onChange={setSingle} />
            <p className="mt-1 text-[11px] text-t3">{text.singleWhy}</p>
          </div>
          {tour && (
            <Button
              className="ml-auto"
              onClick={() => {
                onClose()
                startTour()
              }}
            >
              {messages.tour.again}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  )
}

export function ShortcutList({ hotkeys, single }: { hotkeys: readonly ListedHotkey[]; single: boolean }) {
  return (
    <div className="gap-x-8 px-4 pt-3 phone:columns-2">
      {groupsOf(hotkeys, text.page).map(({ name, keys }) => (
        <section key={name} aria-label={name} className="break-inside-avoid pb-4">
          <h3 className="mb-1 text-[11px] leading-4 font-semibold text-t3">{name}</h3>
          <dl>
            {keys.map((hotkey) => {
              const off = !single && isSingle(hotkey.keys)
              return (
                <div key={hotkey.keys} className="flex min-h-7 items-center gap-3">
                  <dt className={`min-w-0 flex-1 ${off ? 'text-t3 line-through' : 'text-t1'}`}>{hotkey.label}</dt>
                  <dd>
                    <KeyCaps keys={hotkey.keys} />
                  </dd>
                </div>
              )
            })}
          </dl>
        </section>
      ))}
    </div>
  )
}
