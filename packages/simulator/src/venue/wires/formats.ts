import type { Wire } from '@faultline/market/venue'
import { bybitFormat } from './bybit/format.ts'
import { gateFormat } from './gate/format.ts'
import { hyperliquidFormat } from './hyperliquid/format.ts'
import { okxFormat } from './okx/format.ts'
import type { WireFormat } from './wire-format.ts'

/** The wire formats that the simulated venues speak beside Binance's own. */
export const FORMATS: Partial<Record<Wire, WireFormat>> = {
  bybit: bybitFormat,
  okx: okxFormat,
  gate: gateFormat,
  hyperliquid: hyperliquidFormat,
}
