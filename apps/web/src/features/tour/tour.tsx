'use client'
import { Button } from '@faultline/ui/react/button'
import { X } from 'lucide-react'
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { messages } from '../../messages.ts'
import { type NotePlace, placeNote } from './prepare/place.ts'
import { endTour, setTourHere, showStep, startTour, tourWasSeen, useTourState } from './tour-store.ts'

const text = messages.tour

/** Values of `data-tour` on what the steps point at. */
const STEPS = ['heat', 'threshold', 'panes'] as const
type Step = (typeof STEPS)[number]

/** After the first picture, so that it is seen before anything is said about it. */
const PAUSE_MS = 1_200

/** What is there and can be seen; on phones or in other layouts a step may have nothing to point at, and is left out. */
const targetOf = (step: Step): HTMLElement | undefined =>
  [...document.querySelectorAll<HTMLElement>(`[data-tour="${step}"]`)].find((element) => element.getClientRects().length > 0)

/**
 * Three notes for who is here for the first time. They lie over the page without taking focus or blocking anything, go with Escape or a
 * press, and are shown once per browser. `ready`: the heatmap is drawn.
 */
export function Tour({ ready }: { ready: boolean }) {
  const { step } = useTourState()
  useEffect(() => {
    setTourHere(true)
    return () => setTourHere(false)
  }, [])
  useEffect(() => {
    if (!ready || tourWasSeen()) return
    const timer = setTimeout(() => {
      // whoever has opened something is busy with it
      if (!document.querySelector('dialog[open]')) startTour()
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [ready])
  return step === null ? null : <Steps at={step} />
}

function Steps({ at }: { at: number }) {
  const [there] = useState(() => STEPS.filter(targetOf))
  const step = there[at]
  const none = step === undefined
  useEffect(() => {
    if (none) endTour()
  }, [none])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open]')) endTour()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  if (!step) return null
  return createPortal(<Pointing key={step} step={step} at={at} of={there.length} />, document.body)
}

/** The note beside its target, following it when the page is laid out anew or scrolled. */
function Pointing({ step, at, of }: { step: Step; at: number; of: number }) {
  const ref = useRef<HTMLElement>(null)
  const [place, setPlace] = useState<NotePlace | null>(null)
  useLayoutEffect(() => {
    const follow = () => {
      const [target, note] = [targetOf(step), ref.current]
      if (!target || !note) return
      const next = placeNote(target.getBoundingClientRect(), note.getBoundingClientRect(), { width: innerWidth, height: innerHeight })
      setPlace((known) => (known && known.left === next.left && known.top === next.top && known.side === next.side ? known : next))
    }
    follow()
    const watch = new ResizeObserver(follow)
    watch.observe(document.body)
    const target = targetOf(step)
    if (target) watch.observe(target)
    addEventListener('resize', follow)
    addEventListener('scroll', follow, { capture: true, passive: true })
    return () => {
      watch.disconnect()
      removeEventListener('resize', follow)
      removeEventListener('scroll', follow, { capture: true })
    }
  }, [step])
  return <TourNote ref={ref} step={step} at={at} of={of} place={place} />
}

export function TourNote({
  ref,
  step,
  at,
  of,
  place,
}: {
  ref?: React.Ref<HTMLElement>
  step: Step
  /** from 0 */
  at: number
  of: number
  /** null: not measured yet, not to be seen */
  place: NotePlace | null
}) {
  const id = useId()
  const last = at === of - 1
  return (
    <section
      ref={ref}
      aria-labelledby={id}
      data-testid="tour"
      style={place ? { left: place.left, top: place.top } : { left: 0, top: 0, visibility: 'hidden' }}
      // what lies under it can be pressed, hovered and dragged through it
      className="app-popover pointer-events-none fixed z-[35] w-[min(300px,calc(100vw-16px))] p-3.5 text-t1 [&_button]:pointer-events-auto"
    >
      {place && place.side !== 'inside' && (
        <span
          aria-hidden="true"
          style={{ left: place.arrow }}
          className={`absolute size-2.5 -translate-x-1/2 rotate-45 border-line2 bg-s2 ${place.side === 'below' ? '-top-[6px] border-t border-l' : '-bottom-[6px] border-r border-b'}`}
        />
      )}
      <div className="flex items-start gap-2">
        <h2 id={id} className="min-w-0 flex-1 text-[13px] leading-[18px] font-semibold">
          {text.steps[step].title}
        </h2>
        <Button
          variant="ghost"
          size="small"
          icon={<X size={14} />}
          aria-label={text.dismiss}
          title={text.dismiss}
          onClick={endTour}
          className="-mt-1 -mr-1"
        />
      </div>
      <p className="mt-1 leading-[18px] text-t2">{text.steps[step].text}</p>
      <div className="mt-3 flex items-center gap-2">
        <span className="mr-auto text-[11px] text-t3">{text.step(String(at + 1), String(of))}</span>
        {at > 0 && (
          <Button size="small" onClick={() => showStep(at - 1)}>
            {text.back}
          </Button>
        )}
        <Button size="small" variant="primary" onClick={() => (last ? endTour() : showStep(at + 1))}>
          {last ? text.done : text.next}
        </Button>
      </div>
    </section>
  )
}
