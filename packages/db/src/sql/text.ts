/** What Postgres can store as text: no NUL, no half of a surrogate pair, and at most `length` characters. */
export const storableText = (text: string, length: number): string =>
  Buffer.from(text.slice(0, length)).toString().replaceAll('\0', '\u2400')
