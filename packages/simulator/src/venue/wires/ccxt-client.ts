/** An unmodified ccxt whose URLs lead to a venue of ours, for tests. */
import type { Exchange } from 'ccxt'

export async function led<T extends Exchange>(exchange: T, to: { rest: string; ws: string }): Promise<T> {
  // Without it ccxt refuses plain ws://.
  await exchange.loadHttpProxyAgent()
  const redirect = (node: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === 'string') node[key] = value.replace(/^https:\/\/[^/]+/, to.rest).replace(/^wss:\/\/[^/]+/, to.ws)
      else if (typeof value === 'object' && value !== null) redirect(value as Record<string, unknown>)
    }
  }
  redirect(exchange.urls.api as Record<string, unknown>)
  return exchange
}

/** Lets venue time pass until what was asked for has come. */
export async function whilePassing<T>(venue: { pass: (ms: number) => void }, asked: Promise<T>): Promise<T> {
  const passing = setInterval(() => venue.pass(250), 5)
  try {
    return await asked
  } finally {
    clearInterval(passing)
  }
}
