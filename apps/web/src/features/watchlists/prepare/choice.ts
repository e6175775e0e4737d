/** Which list is shown beside the heatmap, as this browser keeps it. Pure. */
import { z } from 'zod'

const choice = z.object({
  /** null: all markets */
  id: z.uuid().nullable(),
  /** the server has not got it yet */
  unsent: z.boolean(),
})
export type Choice = z.infer<typeof choice>

/** null for what nobody could have kept. */
export function readChoice(text: string | null): Choice | null {
  try {
    return choice.safeParse(JSON.parse(text ?? 'null')).data ?? null
  } catch {
    return null
  }
}
