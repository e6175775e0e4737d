/** How the page of the audit log writes what it shows and asks: pure. */
import type { AuditFilter } from '../server/audit.ts'

/** Every action after the kind that it is of (`user.`, then `user.deleted`), where a kind has more than one. `chosen` is among them. */
export function actionChoices(actions: readonly string[], chosen: string): string[] {
  const kinds = new Map<string, string[]>()
  for (const action of actions) {
    const kind = action.slice(0, action.indexOf('.') + 1)
    kinds.set(kind, [...(kinds.get(kind) ?? []), action])
  }
  const choices = [...kinds].flatMap(([kind, names]) => (names.length > 1 && kind !== '' ? [kind, ...names] : names))
  return chosen === '' || choices.includes(chosen) ? choices : [chosen, ...choices]
}

/** Where the same is exported. */
export function auditCsvPath({ person, action, refusedOnly, from, to }: AuditFilter): string {
  const query = new URLSearchParams({
    ...(person === undefined ? {} : { person }),
    ...(action === undefined ? {} : { action }),
    ...(refusedOnly ? { refused: '1' } : {}),
    ...(from === undefined ? {} : { from: String(from) }),
    ...(to === undefined ? {} : { to: String(to) }),
  }).toString()
  return `/admin/audit/log.csv${query && `?${query}`}`
}

/** `2026-03-05 14:03:09` */
export const stampOf = (time: number): string => new Date(time).toISOString().slice(0, 19).replace('T', ' ')
