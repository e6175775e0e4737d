import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FaultlineError } from '@faultline/market/errors'
import type { WorkerMetrics } from './worker-metrics.ts'

export interface MetricsServer {
  /** which it listens on; the one that was asked for unless that was 0 */
  port: number
  close(): Promise<void>
}

/** Answers GET /metrics. @throws FaultlineError unavailable when it cannot listen there */
export async function serveMetrics(metrics: WorkerMetrics, { port, host }: { port: number; host: string }): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0]
    if (path !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(path === '/metrics' ? 405 : 404, { 'content-type': 'text/plain' }).end('There is /metrics here, to be read.\n')
      return
    }
    metrics.text().then(
      ({ type, body }) => response.writeHead(200, { 'content-type': type }).end(request.method === 'HEAD' ? undefined : body),
      (error: unknown) => response.writeHead(500, { 'content-type': 'text/plain' }).end(`${String(error)}\n`),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new FaultlineError(
          'unavailable',
          `metrics cannot be served at ${host}:${port}: ${error.message}. Set FAULTLINE_METRICS_PORT to a free port.`,
          {
            cause: error,
          },
        ),
      ),
    )
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
