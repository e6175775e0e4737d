/** How long something is kept, as it is typed: pure. */

/** Days; null: for ever; undefined: neither. */
export function readDays(text: string): number | null | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return null
  return /^\d{1,5}$/.test(trimmed) && Number(trimmed) >= 2 ? Number(trimmed) : undefined
}

/** Whether something that is kept now would go. */
export const isShorter = (days: number, before: number | null): boolean => before === null || days < before
