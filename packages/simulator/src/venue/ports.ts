/** Listening on a port, and letting it go: alike for every server of the venue. */
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FaultlineError } from '@faultline/market/errors'

/** `host:port` of a server that listens. */
export const addressOf = (server: Server, host: string): string => `${host}:${(server.address() as AddressInfo).port}`

type AsyncListener = (...args: Parameters<RequestListener>) => Promise<void>

/** A listener whose failure ends the request, and shows as the fault of ours that it is. */
export function answering(handle: AsyncListener): RequestListener {
  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ code: -1001, msg: 'Internal error; unable to process your request. Please try again.' }))
    })
  }
}

export function listen(server: Server, host: string, port: number, option: string): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message =
        error.code === 'EADDRINUSE'
          ? `port ${port} on ${host} is in use already: stop what runs there or choose another one with ${option} (0 takes any)`
          : `the simulated venue cannot listen on ${host}:${port}: ${error.message}`
      failed(new FaultlineError('unavailable', message))
    })
    server.listen(port, host, done)
  })
}

export function closed(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve()
  return new Promise((done) => {
    server.close(() => done())
    server.closeAllConnections()
  })
}
