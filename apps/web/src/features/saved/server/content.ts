import { DRAWING_COLOURS, DRAWING_KINDS, pointsOf } from '@faultline/ui/chart/drawings'
import { z } from 'zod'
import { LAYOUT_KEYS, VIEW_KEYS } from '../prepare/view-query.ts'
import { MOST_DRAFTS } from '../prepare/working.ts'

/** What the database cannot keep goes: zero characters and halves of pairs. */
const keepable = (text: string): string => text.replaceAll('\0', '').replaceAll(/\p{Surrogate}/gu, '')
const parameter = z.string().max(400).overwrite(keepable)
const query = <K extends string>(keys: readonly K[]) => z.partialRecord(z.enum(keys as [K, ...K[]]), parameter)
const instrumentKey = z.string().min(3).max(120).overwrite(keepable)

export const layoutContent = z.object({
  query: query(LAYOUT_KEYS),
  /** null: as the person has it */
  theme: z.enum(['dark', 'light']).nullable(),
  /** widths and what is open beside the chart, CSS pixels and flags */
  sizes: z.partialRecord(z.enum(['rail', 'watchlist', 'profile']), z.number().min(0).max(2_000)).default({}),
})
export type LayoutContent = z.infer<typeof layoutContent>

const point = z.object({ time: z.number().int().min(0).max(8.64e15), price: z.number().positive().max(1e15) })
export const drawing = z
  .object({
    id: z.string().min(1).max(40),
    kind: z.enum(DRAWING_KINDS),
    points: z.array(point).min(1).max(2),
    colour: z.enum(DRAWING_COLOURS),
    text: z.string().max(500, 'a text on the chart has at most 500 characters').overwrite(keepable),
  })
  .refine(({ kind, points }) => points.length === pointsOf(kind), { error: 'a drawing has the points of its kind' })

export const viewContent = z.object({
  instrument: instrumentKey,
  query: query(VIEW_KEYS),
  /** the layout that it stands on; what `query` names goes before it */
  layoutId: z.uuid().nullable(),
  drawings: z.array(drawing).max(200, 'a view holds at most 200 drawings'),
  notes: z.string().max(10_000, 'notes have at most 10,000 characters').overwrite(keepable),
})
export type ViewContent = z.infer<typeof viewContent>

export const watchlistContent = z.object({
  rows: z
    .array(z.object({ instrument: instrumentKey, note: z.string().max(500, 'a note has at most 500 characters').overwrite(keepable) }))
    .max(500, 'a watchlist holds at most 500 markets')
    .refine((rows) => new Set(rows.map((row) => row.instrument)).size === rows.length, { error: 'a market stands in a watchlist once' }),
  notes: z.string().max(10_000, 'notes have at most 10,000 characters').overwrite(keepable),
})
export type WatchlistContent = z.infer<typeof watchlistContent>

const workingDraft = z.object({
  instrument: instrumentKey,
  viewId: z.uuid().nullable(),
  version: z.int().positive().nullable(),
  content: viewContent.pick({ drawings: true, notes: true }).nullable(),
  at: z.number().min(0).max(8.64e15),
})
/** The screen as somebody left it, see prepare/working.ts. */
export const workingState = z.object({
  at: z.number().min(0).max(8.64e15),
  instrument: instrumentKey,
  query: query(VIEW_KEYS),
  theme: z.enum(['dark', 'light']),
  layoutId: z.uuid().nullable(),
  viewId: z.uuid().nullable(),
  drafts: z.array(workingDraft).max(MOST_DRAFTS),
})

/** A kind and what it holds. */
export const savedContent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('layout'), content: layoutContent }),
  z.object({ kind: z.literal('view'), content: viewContent }),
  z.object({ kind: z.literal('watchlist'), content: watchlistContent }),
])
export type SavedContent = z.infer<typeof savedContent>
export type SavedKind = SavedContent['kind']

/** Invisible characters are no name. Direction marks stay: names may be right-to-left. */
export const savedName = z
  .string()
  .overwrite(keepable)
  .trim()
  .min(1, 'give it a name')
  .max(120, 'a name has at most 120 characters')
  .refine((text) => !/\p{Cc}/u.test(text), { error: 'a name stands in one line' })
  .refine((text) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(text), { error: 'give it a name that can be seen' })

export interface SavedHead {
  id: string
  kind: SavedKind
  /** null: one's own */
  teamId: string | null
  name: string
  version: number
  /** the caller is its one owner; of a team's item, what they may do follows from their role there */
  own: boolean
  /** UTC ms */
  updatedAt: number
  /** id of who changed it last; null: somebody who is gone */
  updatedBy: string | null
  position: number
}
export type SavedItem = SavedHead & SavedContent
