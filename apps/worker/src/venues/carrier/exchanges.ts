/** The exchanges of ccxt that we ask through, and where each keeps the addresses that its requests are built from. */
import { isFields } from '../values.ts'

/** ccxt's `urls.api` of one exchange: addresses, or groups of them. */
export type Addresses = Record<string, unknown>

export interface Exchange {
  /** which ccxt asks when no other is given; bans are kept by it */
  restHost: string
  /** Puts another address in place of the venue's own. `url` is without a slash at the end; paths of the API come after it */
  redirect(api: Addresses, url: string): void
  /** of every request and of the handshake of every socket */
  headers?: Readonly<Record<string, string>>
}

export const EXCHANGES = {
  binanceusdm: {
    restHost: 'fapi.binance.com',
    redirect: (api, url) => void Object.assign(api, { fapiPublic: `${url}/fapi/v1`, fapiData: `${url}/futures/data` }),
  },
  bybit: { restHost: 'api.bybit.com', redirect: (api, url) => void Object.assign(api, { public: url }) },
  okx: { restHost: 'www.okx.com', redirect: (api, url) => void Object.assign(api, { rest: url }) },
  gate: {
    restHost: 'api.gateio.ws',
    redirect: (api, url) => {
      const base = `${url}/api/v4`
      Object.assign(api, { public: { ...(isFields(api.public) ? api.public : {}), futures: base, spot: base } })
    },
    // Without it Gate cuts sizes down to whole contracts.
    headers: { 'X-Gate-Size-Decimal': '1' },
  },
  hyperliquid: { restHost: 'api.hyperliquid.xyz', redirect: (api, url) => void Object.assign(api, { public: url }) },
} as const satisfies Record<string, Exchange>

export type ExchangeId = keyof typeof EXCHANGES
