/** Which of the saved views and layouts are asked for: pure. */
import type { Entry } from '../use-saved-entries.ts'

/** In place of a team's id: one's own. */
export const MINE = 'mine'

type Findable = Pick<Entry, 'name' | 'team' | 'instrument' | 'range'>

/** Every word of `text` has to occur in the name, the market, the range or the team. `of`: everybody's (empty), MINE, or a team's id. */
export function filterEntries<E extends Findable>(
  entries: readonly E[],
  { text, of }: { text: string; of: string },
  symbolOf: (instrument: string) => string,
): E[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return entries.filter((entry) => {
    if (of !== '' && (entry.team?.id ?? MINE) !== of) return false
    if (words.length === 0) return true
    const { name, team, instrument, range } = entry
    const where = [name, team?.name, instrument, instrument && symbolOf(instrument), range].filter(Boolean).join('\n').toLowerCase()
    return words.every((word) => where.includes(word))
  })
}
