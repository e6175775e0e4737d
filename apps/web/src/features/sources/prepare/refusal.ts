/** What the server said, or that it said nothing: then a browser's own words would help nobody. */
export function refusalOf(error: unknown, noAnswer: string): { code: string | null; message: string } {
  const data = typeof error === 'object' && error !== null && 'data' in error ? error.data : null
  if (typeof data !== 'object' || data === null || !('code' in data)) return { code: null, message: noAnswer }
  return { code: String(data.code), message: error instanceof Error && error.message ? error.message : noAnswer }
}
