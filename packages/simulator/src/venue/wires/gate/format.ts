/** Gate's API v4 for USDT perpetuals: sizes in contracts, times in seconds, errors as `{ label, message }`. */
import { SECOND_MS } from '@faultline/market/units'
import type { WireFormat } from '../wire-format.ts'
import { contractSizeOf } from './numbers.ts'
import { answer, costOf } from './rest.ts'
import { messages, readRequest } from './streams.ts'

export const gateFormat: WireFormat = {
  wire: 'gate',
  symbolOf: ({ baseAsset, quoteAsset }) => `${baseAsset}_${quoteAsset}`,
  contractSizeOf,
  // Its documentation of futures.public_liquidates: at most one order per contract and second. REST tells all of them.
  liquidationsPerSecond: 1,
  acceptsPath: (path) => /^\/v4\/ws\/usdt\/?$/.test(path),
  // The server pings; a client that answers may stay silent.
  idleMs: null,
  connectionMs: null,
  readRequest,
  messages,
  snapshot: () => [],
  // The last one says when the limit resets once it is reached, and else about what time it is.
  limitHeaders: ({ limit, windowMs }, left, resetsAt) => ({
    'x-gate-ratelimit-limit': String(limit),
    'x-gate-ratelimit-requests-remain': String(left),
    'x-gate-ratelimit-reset-timestamp': String(Math.ceil((left > 0 ? resetsAt - windowMs : resetsAt) / SECOND_MS)),
  }),
  costOf,
  answer,
  refusal: () => ({
    status: 429,
    body: { label: 'TOO_MANY_REQUESTS', message: 'Request Rate limit Exceeded' },
  }),
  serverError: (status) => ({
    status,
    body: status === 404 ? { label: 'NOT_FOUND', message: 'Not Found' } : { label: 'SERVER_ERROR', message: 'Internal server error' },
  }),
}
