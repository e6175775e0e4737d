import { patchSettings, readSettings } from '@faultline/db/repositories/person-settings'
import { z } from 'zod'
import { signedIn } from '../../../server/trpc.ts'

/** Appearance and habits of a person that are no part of what is seen: no link carries them. */
const settings = z.strictObject({
  /** layout that a heatmap opens with; a saved item of kind `layout` that may be gone by now */
  defaultLayoutId: z.uuid().optional(),
  /** the list beside the heatmap; a saved item of kind `watchlist` that may be gone by now */
  watchlistId: z.uuid().optional(),
  /** the column of the watchlist beside the heatmap */
  watchlistWidth: z.number().int().min(220).max(420).optional(),
  watchlistOpen: z.boolean().optional(),
  theme: z.enum(['dark', 'light']).optional(),
  /** shortcuts of one key */
  singleKeys: z.boolean().optional(),
})
export type PersonSettings = z.infer<typeof settings>

const KEYS = Object.keys(settings.shape) as (keyof PersonSettings)[]

/** null takes a setting away: it is as if it had never been set. */
const settingsPatch = z.strictObject(
  Object.fromEntries(KEYS.map((key) => [key, settings.shape[key].nullable()])) as {
    [K in keyof typeof settings.shape]: z.ZodNullable<(typeof settings.shape)[K]>
  },
)

/** The caller's own. */
export const settingsProcedure = signedIn.query(
  async ({ ctx }): Promise<PersonSettings> => known(await readSettings(ctx.services.db, ctx.actor)),
)

/** Changes the keys that are given and leaves the others; gives all. */
export const patchSettingsProcedure = signedIn
  .input(settingsPatch)
  .mutation(async ({ ctx, input }): Promise<PersonSettings> => known(await patchSettings(ctx.services.db, ctx.actor, input)))

/** What an older or newer version stored and this one does not know is left where it is and not shown. */
const known = (stored: Record<string, unknown>): PersonSettings =>
  Object.fromEntries(
    KEYS.flatMap((key) => {
      const read = settings.shape[key].safeParse(stored[key])
      return read.success && read.data !== undefined ? [[key, read.data]] : []
    }),
  )
