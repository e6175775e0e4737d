import { createServer } from 'node:http'
import next from 'next'
import { openServices, runtimeOf } from './src/server/assemble.ts'
import { readEnv, type WebEnv } from './src/server/env.ts'
import { createFront, type Handler } from './src/server/front/front.ts'
import { provideRuntime } from './src/server/runtime.ts'

/** How long requests that have begun may take once the server is asked to stop. */
const DRAIN_MS = 3_000

const fail = (message: string): never => {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

function environment(): WebEnv {
  try {
    return readEnv(process.env)
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

const env = environment()
// next-auth takes a fixed NEXTAUTH_URL over the request's own origin, and people open http://localhost as well as
// http://127.0.0.1. The front decides which origin is this site's (src/server/front/origin.ts) and says so in
// x-forwarded-host, which next-auth then trusts.
delete process.env.NEXTAUTH_URL
process.env.AUTH_TRUST_HOST = '1'

const services = openServices(env)
provideRuntime(runtimeOf(services, env))

const app = next({ dev: false, dir: import.meta.dirname, hostname: env.host, port: env.port, quiet: true })
// Next tells stdout how long it took to read its configuration; stdout is the starter's
const { log } = console
console.log = () => {}
const prepared = app.prepare().finally(() => {
  console.log = log
})
const pages: Handler = async (request, response) => {
  await prepared
  await app.getRequestHandler()(request, response)
}
const server = createServer(createFront({ services, publicUrl: env.publicUrl, pages, trustedProxies: env.trustedProxies }))
// longer than reverse proxies keep theirs (60 s is common): a connection that we close as they use it is a 502 there
server.keepAliveTimeout = 65_000

server.on('error', (error: NodeJS.ErrnoException) => {
  const where = `${env.host}:${env.port}`
  fail(
    error.code === 'EADDRINUSE'
      ? `Port ${env.port} on ${env.host} is in use already: stop what runs there or choose another one with PORT.`
      : `The web server cannot listen on ${where}: ${error.message}.`,
  )
})
// the port first: when it is taken there is no reason to load the pages
server.listen(env.port, env.host, () => {
  prepared.then(
    () => process.send?.('ready'),
    (error: unknown) =>
      fail(`The pages could not be loaded (npm start builds them): ${error instanceof Error ? error.message : String(error)}`),
  )
})

let stopping = false
async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  // whatever hangs, the process goes
  setTimeout(() => process.exit(1), 3 * DRAIN_MS).unref()
  const drained = new Promise<void>((done) => server.close(() => done()))
  const patience = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  // a stream that has ended leaves its connection open for a next request, which does not come
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  await Promise.allSettled([services.stop(), drained])
  clearTimeout(patience)
  clearInterval(sweep)
  await Promise.allSettled([services.close(), app.close()])
  process.exit(0)
}
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop)
// the starter is gone, however it died
process.on('disconnect', stop)
