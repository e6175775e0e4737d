const NAMES = ['__Secure-next-auth.session-token', 'next-auth.session-token'] as const

/**
 * next-auth's session token in a Cookie header, put together again where it was cut into `name.0`, `name.1`, …
 * The secure name wins where both are there. Null when there is none.
 */
export function sessionTokenOf(cookieHeader: string | null | undefined): string | null {
  if (!cookieHeader) return null
  const cookies = parseCookies(cookieHeader)
  for (const name of NAMES) {
    const whole = cookies.get(name)
    if (whole) return whole
    let joined = ''
    for (let i = 0; ; i++) {
      const chunk = cookies.get(`${name}.${i}`)
      if (chunk === undefined) break
      joined += chunk
    }
    if (joined) return joined
  }
  return null
}

/** The value of one cookie, as it was sent; null when there is none. */
export const cookieOf = (cookieHeader: string | null | undefined, name: string): string | null =>
  parseCookies(cookieHeader ?? '').get(name) ?? null

/** The first of several cookies of one name counts, as browsers send the one of the most specific path first. */
function parseCookies(header: string): Map<string, string> {
  const cookies = new Map<string, string>()
  for (const part of header.split(';')) {
    const at = part.indexOf('=')
    if (at < 0) continue
    const name = part.slice(0, at).trim()
    const value = part
      .slice(at + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1')
    if (!cookies.has(name)) cookies.set(name, value)
  }
  return cookies
}
