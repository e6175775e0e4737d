import type { MapUrl } from '../use-map-url.ts'

/**
 * The query that another market's map is opened with: the same choices, in the names of use-map-url.ts, without what is the default
 * anyway. Prices suit one market only: they are left out.
 */
export function mapQuery(url: Omit<MapUrl, 'pl' | 'ph'>): string {
  const said = new URLSearchParams()
  if (url.stack !== 'leverage') said.set('stack', url.stack)
  if (url.span !== 10) said.set('span', String(url.span))
  if (url.view !== 'heat') said.set('view', url.view)
  if (url.top !== 'newest') said.set('top', url.top)
  if (!url.cum) said.set('cum', '0')
  if (url.log) said.set('log', '1')
  if (url.lev !== null) said.set('lev', url.lev)
  if (url.r !== null) said.set('r', url.r)
  const query = said.toString()
  return query && `?${query}`
}
