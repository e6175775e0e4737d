import type { IncomingMessage } from 'node:http'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i

/**
 * Under which origin the browser sees this site. The configured one; and where that is a loopback address, also whatever
 * other loopback name and port the browser used (localhost for 127.0.0.1, an SSH tunnel, a container's mapped port).
 * A Host header that names anything else is never believed.
 */
export function originOf(request: IncomingMessage, publicUrl: URL): string {
  const { host } = request.headers
  if (host && LOOPBACK.test(publicUrl.host) && LOOPBACK.test(host)) return `${publicUrl.protocol}//${host.toLowerCase()}`
  return publicUrl.origin
}

/**
 * Did this site's own page send the request? Browsers put Origin on everything that changes something, and Sec-Fetch-Site
 * on everything where the connection can be trusted. A program that sends neither carries no one's cookies by accident.
 */
export function isSameOrigin(request: IncomingMessage, publicUrl: URL): boolean {
  const { origin } = request.headers
  if (origin !== undefined) return origin.toLowerCase() === originOf(request, publicUrl)
  const site = request.headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || site === 'none'
}
