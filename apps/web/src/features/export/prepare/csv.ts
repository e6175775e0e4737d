/** Tables as text after RFC 4180: a header row, CRLF, quotes where they are needed. Pure. */

/** What a spreadsheet would take for a formula when it opens the file. */
const FORMULA = /^(\s*[=+\-@]|[\t\r\n])/
const SPECIAL = /[",\r\n]/

/**
 * One field. Words that would be read as a formula get an apostrophe before them, which spreadsheets take for "this is text"; numbers
 * are written as they are, a minus sign does not make them formulas. What is no finite number is an empty field.
 */
export function csvField(value: string | number | boolean): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  const text = FORMULA.test(value) ? `'${value}` : value
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export const csvLine = (values: readonly (string | number | boolean)[]): string => `${values.map(csvField).join(',')}\r\n`
