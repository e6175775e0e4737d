/**
 * Where to go after sign-in, from a `callbackUrl` that anybody may have written into a link: a path of this site or `/`.
 * Absolute and protocol-relative addresses, backslashes and control characters (which browsers strip or turn into
 * slashes) all give `/`; so does the sign-in page itself.
 */
export function safeCallbackPath(callbackUrl: unknown): string {
  if (typeof callbackUrl !== 'string' || !callbackUrl.startsWith('/') || callbackUrl.length > 2_000) return '/'
  // biome's rule against control characters is about mistakes; a char-code test says the same without the regex
  for (const character of callbackUrl) if (character < ' ' || character === '\u007f' || character === '\\') return '/'
  const base = 'http://this-site.invalid'
  let url: URL
  try {
    url = new URL(callbackUrl, base)
  } catch {
    return '/'
  }
  // "//host" and what dot segments make of "/.//host"
  if (url.origin !== base || url.pathname.startsWith('//')) return '/'
  if (url.pathname === '/sign-in' || url.pathname.startsWith('/sign-in/') || url.pathname.startsWith('/api/')) return '/'
  return url.pathname + url.search + url.hash
}
