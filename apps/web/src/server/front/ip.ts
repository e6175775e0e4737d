import type { IncomingMessage } from 'node:http'

/**
 * Address of who asks. Each reverse proxy adds the address that it sees to the end of X-Forwarded-For: with n of them the n-th
 * from the end is to be believed, and what stands before it is whatever the client wrote. IPv6 by its network (64 bits): that is
 * what one customer of a provider has.
 */
export function ipOf(request: IncomingMessage, trustedProxies: number): string {
  const told =
    trustedProxies > 0
      ? String(request.headers['x-forwarded-for'] ?? '')
          .split(',')
          .map((part) => part.trim())
      : []
  const ip = told[told.length - trustedProxies] || request.socket.remoteAddress || 'unknown'
  return networkOf(ip.replace(/^::ffff:(?=\d+\.)/i, ''))
}

function networkOf(ip: string): string {
  if (!ip.includes(':')) return ip.slice(0, 45)
  const [head = '', tail = ''] = ip.toLowerCase().split('%')[0]?.split('::') ?? []
  const left = head.split(':').filter(Boolean)
  const right = tail.split(':').filter(Boolean)
  const whole = ip.includes('::') ? [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right] : left
  return `${whole.slice(0, 4).join(':')}::/64`
}
