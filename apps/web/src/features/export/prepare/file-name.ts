/** Names of exported files: pure. */

/**
 * `faultline-ETHUSDT-3d-2026-03-05T1100Z.csv`: what, how long and when, in letters that every file system takes. A symbol is not ours:
 * whatever else it is made of becomes a dash.
 */
export function exportFileName(
  { symbol, range, time }: { symbol: string; range: string; time: number },
  extension: 'png' | 'csv' | 'json',
): string {
  const clock = `${new Date(time).toISOString().slice(0, 16).replace(':', '')}Z`
  return `faultline-${[symbol, range].map(safe).filter(Boolean).join('-')}-${clock}.${extension}`
}

const safe = (text: string): string =>
  text
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/\.{2,}/g, '.')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(0, 60)
