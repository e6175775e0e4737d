/** One POST to an address that somebody has given: never into the network that this worker stands in. */
import { lookup as resolve } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { checkAddresses, checkOutboundUrl, hostAndPort, isPublicAddress, type OutboundAllowance } from '@faultline/db/outbound'
import { FaultlineError } from '@faultline/market/errors'
import { Agent, type Dispatcher, request } from 'undici'

export interface PostOptions {
  allowed: OutboundAllowance
  /** how names become addresses, as dns.lookup; for tests */
  lookup?: LookupFunction
  timeoutMs?: number
  signal?: AbortSignal
}

export interface Answer {
  status: number
  /** what was answered, up to 64 KB; never shown to people for addresses that they have chosen */
  text: string
}

const MOST_REDIRECTS = 3
const MOST_BYTES = 64 * 1024
const TIMEOUT_MS = 10_000
/** Those that keep the method and the body; a receiver that answers otherwise has moved for good or is none. */
const REDIRECTS = [301, 302, 307, 308]

/**
 * Follows redirects, each checked like the first address. The connection itself goes to no address that is not public, whatever a name
 * meant a moment ago.
 * @throws FaultlineError bad_input for an address that must not be asked; other errors where nobody answered
 */
export async function postOutside(
  address: string,
  message: { headers: Readonly<Record<string, string>>; body: string },
  options: PostOptions,
): Promise<Answer> {
  const { allowed, timeoutMs = TIMEOUT_MS } = options
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(options.signal ? [options.signal] : [])])
  let url = checkOutboundUrl(address, allowed)
  for (let hops = 0; ; hops++) {
    const agent = new Agent({ connect: { lookup: guarded(url, options), timeout: timeoutMs }, pipelining: 0, connections: 1 })
    try {
      const response = await request(url, { method: 'POST', ...message, dispatcher: agent, signal })
      const { statusCode: status, headers, body } = response
      const location = REDIRECTS.includes(status) ? headers.location : undefined
      if (typeof location !== 'string') return { status, text: await upTo(body, MOST_BYTES) }
      await upTo(body, MOST_BYTES)
      if (hops === MOST_REDIRECTS) throw new FaultlineError('bad_input', `The receiver redirects more than ${MOST_REDIRECTS} times.`)
      url = next(url, location, allowed)
    } finally {
      await agent.destroy()
    }
  }
}

function next(from: URL, location: string, allowed: OutboundAllowance): URL {
  if (!URL.canParse(location, from.href)) throw new FaultlineError('bad_input', 'The receiver redirects to what is no address.')
  const to = new URL(location, from.href)
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw new FaultlineError('bad_input', 'The receiver redirects from https to http, which anybody on the way could read.')
  try {
    return checkOutboundUrl(to.href, allowed)
  } catch (error) {
    throw new FaultlineError('bad_input', `The receiver redirects to an address that is refused. ${(error as Error).message}`)
  }
}

/** What a name means is looked at in the moment in which the connection is made, and the connection goes to what was looked at. */
function guarded(url: URL, { allowed, lookup = resolve as LookupFunction }: PostOptions): LookupFunction {
  if (allowed.has(hostAndPort(url))) return lookup
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, [])
      const addresses = Array.isArray(found) ? found : [{ address: found, family: found.includes(':') ? 6 : 4 }]
      try {
        checkAddresses(
          url,
          addresses.map((a) => a.address),
          allowed,
        )
      } catch (refused) {
        return callback(refused as NodeJS.ErrnoException, [])
      }
      const first = addresses.find((a) => isPublicAddress(a.address))
      if (options.all || !first) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

async function upTo(body: Dispatcher.ResponseData['body'], most: number): Promise<string> {
  const parts: Buffer[] = []
  // to leave off early is no failure
  body.on('error', () => {})
  let size = 0
  for await (const part of body) {
    parts.push(part as Buffer)
    size += (part as Buffer).length
    if (size >= most) break
  }
  return Buffer.concat(parts).subarray(0, most).toString('utf8')
}
