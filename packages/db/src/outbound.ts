/**
 * Where messages may be sent that people name an address for: to public hosts on the web's ports, never into the network that this
 * installation stands in. Checked when an address is saved, and by whoever sends: before the request, after each redirect and at
 * connect time.
 */
import { FaultlineError } from '@faultline/market/errors'
import ipaddr from 'ipaddr.js'

/** `host:port` that an administrator has allowed, whatever stands behind it. */
export type OutboundAllowance = ReadonlySet<string>

/** @param text FAULTLINE_WEBHOOK_ALLOW: `host:port` with commas between them. @throws FaultlineError bad_input */
export function readOutboundAllowance(text: string): OutboundAllowance {
  const names = text.split(',').map((name) => name.trim().toLowerCase())
  const wrong = names.find((name) => !/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+):\d{1,5}$/.test(name))
  if (wrong !== undefined)
    throw new FaultlineError(
      'bad_input',
      `FAULTLINE_WEBHOOK_ALLOW must be host:port with commas between them, such as relay.internal:8443; "${wrong}" is none.`,
    )
  return new Set(names)
}

const PORTS: Record<string, string> = { 'http:': '80', 'https:': '443' }
/** of what IANA has handed out for the world, what is for everybody's hosts: 2000::/3 */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3')

/** `address` is an IP address that anybody in the world may be asked at. */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '')
  if (!ipaddr.isValid(bare)) return false
  const parsed = ipaddr.parse(bare)
  if (parsed.range() !== 'unicast') return false
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_V6)
}

/** `host:port`, as the allowance names it. */
export const hostAndPort = (url: URL): string => `${url.hostname}:${url.port || PORTS[url.protocol]}`

/**
 * What an address says of itself, without asking anybody: scheme, port, credentials, and an address in place of a name.
 * @throws FaultlineError bad_input, in words for the person who gave it
 */
export function checkOutboundUrl(text: string, allowed: OutboundAllowance): URL {
  if (!URL.canParse(text) || text.length > 2_000) throw refused('This is no address. It must look like https://example.org/hook.')
  const url = new URL(text)
  const port = PORTS[url.protocol]
  if (port === undefined) throw refused('The address must begin with https:// or http://.')
  if (url.username !== '' || url.password !== '') throw refused('The address must not have a user or a password in it.')
  if (allowed.has(hostAndPort(url))) return url
  if (url.port !== '') throw refused(`Port ${url.port} is not used for this: only 443 (https) and 80 (http).`)
  const host = url.hostname
  if (ipaddr.isValid(host.replace(/^\[|\]$/g, ''))) {
    if (!isPublicAddress(host)) throw refused(NOT_PUBLIC)
  } else if (!host.includes('.') || /(^|\.)(localhost|local|internal|home\.arpa|lan)\.?$/.test(host)) throw refused(NOT_PUBLIC)
  return url
}

/** The addresses that a name has, one of them not public: the name is refused. @throws FaultlineError bad_input */
export function checkAddresses(url: URL, addresses: readonly string[], allowed: OutboundAllowance): void {
  if (allowed.has(hostAndPort(url))) return
  if (addresses.length === 0 || !addresses.every(isPublicAddress)) throw refused(NOT_PUBLIC)
}

const NOT_PUBLIC = 'This address is not a public one. Messages are sent to hosts on the internet only; an administrator can allow others.'
const refused = (message: string) => new FaultlineError('bad_input', message)
