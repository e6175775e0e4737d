/** How parts of the picture are written into the address, and read from one that may be anything. */
import { PANE_IDS, type PaneId, type PaneState } from '@faultline/ui/chart/panes'

const LEAST_HEIGHT = 40
const MOST_HEIGHT = 600

/** `funding,interest:120`: panes from top to bottom, with a height where one was chosen. What is none is dropped, as is the second of a kind. */
export function readPanes(text: string): PaneState[] {
  const seen = new Set<PaneId>()
  return text.split(',').flatMap((part): PaneState[] => {
    const [name, size] = part.split(':')
    const id = PANE_IDS.find((known) => known === name)
    if (!id || seen.has(id)) return []
    seen.add(id)
    const height = Math.round(Number(size))
    return [size !== undefined && height >= LEAST_HEIGHT && height <= MOST_HEIGHT ? { id, height } : { id }]
  })
}

/** No pane at all is `none`: an empty value would be dropped. */
export const writePanes = (panes: readonly PaneState[]): string =>
  panes.length === 0 ? 'none' : panes.map(({ id, height }) => (height === undefined ? id : `${id}:${Math.round(height)}`)).join(',')

/** Classes of leverage that are shown, as a list of their numbers from 0; all of them where the text names none that there is. */
export function readClasses(text: string, count: number): boolean[] {
  const named = new Set(text.split(',').map((part) => part.trim()))
  const shown = Array.from({ length: count }, (_, i) => named.has(String(i)))
  return shown.some(Boolean) ? shown : shown.map(() => true)
}

/** Null where all are shown: that needs no word. */
export const writeClasses = (shown: readonly boolean[]): string | null =>
  shown.every(Boolean) ? null : shown.flatMap((on, i) => (on ? [i] : [])).join(',')
