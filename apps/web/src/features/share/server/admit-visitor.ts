import type { IncomingMessage, ServerResponse } from 'node:http'
import { FaultlineError } from '@faultline/market/errors'
import type { Limits } from '../../../server/auth/limits.ts'
import type { Shares } from './shares.ts'

/**
 * Before the page of a shared view: limits how many one address opens, and counts what is opened. The address of the page is the key
 * to it, so that no other site is told and no search engine keeps it. False: answered already.
 */
export async function admitVisitor(
  request: IncomingMessage,
  response: ServerResponse,
  link: { token: string; embed: boolean },
  { limits, shares, ip }: { limits: Limits; shares: Shares; ip: string },
): Promise<boolean> {
  response.setHeader('Referrer-Policy', 'no-referrer')
  response.setHeader('X-Robots-Tag', 'noindex, nofollow')
  try {
    await limits.take('shareIp', ip)
  } catch (error) {
    if (!(error instanceof FaultlineError) || error.code !== 'rate_limited') throw error
    // for a person in front of a page, not for a program
    response.statusCode = 429
    response.setHeader('Content-Type', 'text/plain; charset=utf-8')
    response.setHeader('Cache-Control', 'no-store')
    response.end(`Many shared views were opened from your address. ${error.message}\n`)
    return false
  }
  const isOpen = await shares.admit(link.token, { embed: link.embed, visit: isVisit(request) })
  if (!isOpen) pagesAnswer(response, 404)
  return true
}

/** A page that is loaded: not what a browser or Next's router fetches ahead, and not a look at the headers. */
function isVisit({ method, headers }: IncomingMessage): boolean {
  const purpose = `${headers['sec-purpose'] ?? ''} ${headers.purpose ?? ''}`
  return method === 'GET' && headers.rsc === undefined && !purpose.includes('prefetch')
}

/** The page says it in words. Next can only give it a status by leaving the words to the browser's scripts. */
function pagesAnswer(response: ServerResponse, status: number): void {
  const { writeHead } = response
  response.writeHead = (code: number, ...rest: unknown[]) => Reflect.apply(writeHead, response, [code === 200 ? status : code, ...rest])
}
