'use client'
import { useState } from 'react'

/** Which sources and instruments show what lies under them. */
export interface OpenRows {
  /** `total`: markets of the source */
  has(sourceId: number, total: number): boolean
  toggle(sourceId: number, total: number): void
  hasInstrument(instrumentId: number): boolean
  toggleInstrument(instrumentId: number): void
}

/** A source with at most so many markets is open until somebody closes it. */
export function useOpenRows(openUpTo: number): OpenRows {
  const [chosen, setChosen] = useState<ReadonlyMap<number, boolean>>(new Map())
  const [instruments, setInstruments] = useState<ReadonlySet<number>>(new Set())
  const has = (sourceId: number, total: number) => chosen.get(sourceId) ?? (total > 0 && total <= openUpTo)
  return {
    has,
    toggle: (sourceId, total) => setChosen(new Map(chosen).set(sourceId, !has(sourceId, total))),
    hasInstrument: (id) => instruments.has(id),
    toggleInstrument(id) {
      const next = new Set(instruments)
      if (!next.delete(id)) next.add(id)
      setInstruments(next)
    },
  }
}
