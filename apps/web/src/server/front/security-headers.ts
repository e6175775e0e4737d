import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Who may show a response in a frame. */
export interface Framing {
  /** of the policy's frame-ancestors */
  ancestors: string
  /** the older header, which knows no list of origins; null where there is one */
  option: 'DENY' | 'SAMEORIGIN' | null
}

const NOWHERE: Framing = { ancestors: "'none'", option: 'DENY' }

/**
 * Headers of every response. Next reads the policy from the REQUEST and puts its nonce on the scripts that it writes, so
 * the policy is set there too (over whatever the client sent); pages that want the nonce read `x-nonce`.
 *
 * Not as strict as it could be in one place: style ATTRIBUTES are allowed, because the chart's tooltip and React's inline
 * styles are such; style elements need the nonce.
 */
export function setSecurityHeaders(request: IncomingMessage, response: ServerResponse, https: boolean, framing: Framing = NOWHERE): void {
  const nonce = randomBytes(16).toString('base64')
  const policy = contentSecurityPolicy(nonce, framing.ancestors)
  request.headers['content-security-policy'] = policy
  delete request.headers['content-security-policy-report-only']
  request.headers['x-nonce'] = nonce
  response.setHeader('Content-Security-Policy', policy)
  response.setHeader('X-Content-Type-Options', 'nosniff')
  if (framing.option) response.setHeader('X-Frame-Options', framing.option)
  response.setHeader('Referrer-Policy', 'strict-origin-when-cross-origin')
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
  response.setHeader('Cross-Origin-Resource-Policy', framing.option ? 'same-origin' : 'cross-origin')
  response.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()')
  if (https) response.setHeader('Strict-Transport-Security', 'max-age=63072000; includeSubDomains')
}

const contentSecurityPolicy = (nonce: string, ancestors: string): string =>
  [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${ancestors}`,
  ].join('; ')
