'use client'
import { DRAWING_COLOURS, type Drawing, newDrawingId } from '@faultline/ui/chart/drawings'
import type { TimeZone } from '@faultline/ui/format'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Trash2, X } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { messages } from '../../messages.ts'
import { changeDrawings, drawingState, selectDrawing, useDrawings } from './drawing-store.ts'
import { nameOfDrawing, placeOfDrawing } from './prepare/describe-drawing.ts'

const text = messages.drawings
/** as the schema of a view has it */
export const MOST_DRAWINGS = 200
const SWATCH = {
  accent: 'bg-acc',
  long: 'bg-long',
  short: 'bg-short',
  ok: 'bg-ok',
  warn: 'bg-warn',
  err: 'bg-err',
  neutral: 'bg-t1',
} as const

/** What is drawn, in words: for who does not draw with a pointer, and for what lies outside the picture. */
export function DrawingList({ zone, now, onClose }: { zone: TimeZone; now: () => number; onClose: () => void }) {
  const { drawings, selected } = useDrawings()
  return (
    <section aria-label={text.listTitle} className="app-popover flex max-h-[min(60dvh,420px)] w-[min(300px,calc(100vw-72px))] flex-col">
      <header className="flex items-center justify-between border-b border-line py-1.5 pr-1.5 pl-3">
        <h2 className="text-[13px] leading-[18px] font-semibold">{text.listTitle}</h2>
        <Button variant="ghost" size="small" aria-label={text.close} icon={<X size={14} />} onClick={onClose} />
      </header>
      {drawings.length === 0 ? (
        <p className="px-3 py-2 text-t2">{text.none}</p>
      ) : (
        <ul className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
          {drawings.map((drawing) => (
            <DrawingRow key={drawing.id} drawing={drawing} zone={zone} selected={drawing.id === selected} />
          ))}
        </ul>
      )}
      <AddLevel now={now} />
    </section>
  )
}

function DrawingRow({ drawing, zone, selected }: { drawing: Drawing; zone: TimeZone; selected: boolean }) {
  const name = nameOfDrawing(drawing)
  const { prices, times } = placeOfDrawing(drawing, zone)
  return (
    <li className={`flex items-start gap-1 border-b border-line py-1 pr-1.5 pl-1.5 ${selected ? 'bg-s3' : ''}`}>
      <button
        type="button"
        aria-pressed={selected}
        aria-label={text.select(`${name}, ${prices}`)}
        onClick={() => selectDrawing(selected ? null : drawing.id)}
        className="flex min-w-0 flex-1 items-start gap-2 rounded-md px-1.5 py-1 text-left hover:bg-s3"
      >
        <i aria-hidden="true" className={`mt-1 size-2 flex-none rounded-full ${SWATCH[drawing.colour]}`} />
        <span className="min-w-0">
          <bdi className="block truncate text-t1">{name}</bdi>
          <span className="block text-[11px] leading-[14px] text-t2">{prices}</span>
          {times && <span className="block text-[11px] leading-[14px] text-t3">{times}</span>}
        </span>
      </button>
      <Button
        variant="ghost"
        size="small"
        aria-label={text.removeOf(`${name}, ${prices}`)}
        title={text.remove}
        icon={<Trash2 size={14} />}
        onClick={() => remove(drawing)}
      />
    </li>
  )
}

function remove(drawing: Drawing): void {
  changeDrawings(drawingState().drawings.filter(({ id }) => id !== drawing.id))
}

function AddLevel({ now }: { now: () => number }) {
  const [typed, setTyped] = useState('')
  const [error, setError] = useState<string | null>(null)
  const id = useId()
  const add = (event: FormEvent) => {
    event.preventDefault()
    const price = Number(typed.replaceAll(/[\s,]/g, ''))
    if (!(price > 0) || price > 1e15) return setError(text.noPrice)
    if (drawingState().drawings.length >= MOST_DRAWINGS) return setError(text.tooMany)
    setError(null)
    setTyped('')
    changeDrawings([
      ...drawingState().drawings,
      {
        id: newDrawingId(),
        kind: 'horizontal',
        points: [{ time: Math.round(now()), price }],
        colour: 'accent',
        text: '',
      },
    ])
  }
  return (
    <form onSubmit={add} noValidate className="flex flex-none flex-col gap-1.5 p-2.5">
      <label htmlFor={id} className="text-[11px] leading-[14px] text-t3">
        {text.level}
      </label>
      <div className="flex gap-1.5">
        <input
          id={id}
          inputMode="decimal"
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          aria-invalid={error ? true : undefined}
          className="fl-input min-w-0 flex-1"
        />
        <Button type="submit">{text.addLevel}</Button>
      </div>
      {error && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
    </form>
  )
}

/** Colour and words of the selected one. */
export function SelectedDrawing({ drawing }: { drawing: Drawing }) {
  const id = useId()
  const name = nameOfDrawing(drawing)
  const change = (part: Partial<Drawing>) =>
    changeDrawings(drawingState().drawings.map((one) => (one.id === drawing.id ? { ...one, ...part } : one)))
  return (
    <section aria-label={text.selected(name)} className="app-popover flex w-[min(272px,calc(100vw-72px))] flex-col gap-2 p-2.5">
      <div className="flex items-center gap-1">
        <fieldset aria-label={text.colour} className="flex flex-1 flex-wrap gap-1">
          {DRAWING_COLOURS.map((colour) => (
            <button
              key={colour}
              type="button"
              aria-label={text.colours[colour]}
              title={text.colours[colour]}
              aria-pressed={drawing.colour === colour}
              onClick={() => change({ colour })}
              className="flex size-6 items-center justify-center rounded-md border border-transparent aria-pressed:border-t1"
            >
              <i className={`size-3.5 rounded-full ${SWATCH[colour]}`} />
            </button>
          ))}
        </fieldset>
        <Button
          variant="ghost"
          size="small"
          aria-label={text.removeOf(name)}
          title={text.remove}
          icon={<Trash2 size={14} />}
          onClick={() => remove(drawing)}
        />
      </div>
      <label htmlFor={id} className="sr-only">
        {text.text}
      </label>
      <input
        // typed words are one change, not one for each letter
        key={`${drawing.id} ${drawing.text}`}
        id={id}
        defaultValue={drawing.text}
        maxLength={500}
        placeholder={text.text}
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        onBlur={(event) => {
          const words = event.target.value.trim()
          if (words !== drawing.text && (words !== '' || drawing.kind !== 'text')) change({ text: words })
        }}
        className="fl-input"
      />
    </section>
  )
}
