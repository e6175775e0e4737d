import type { DataSourceRow } from '@faultline/db/repositories/data-sources'
import { VENUES } from '@faultline/market/venue'
import type { SourceSettings } from './schema.ts'

export const settingsOf = (row: DataSourceRow): SourceSettings => ({
  id: row.id,
  name: row.name,
  venue: row.venue,
  simulated: VENUES[row.venue]?.simulated ?? false,
  restUrl: withoutSecrets(row.restUrl),
  wsUrl: withoutSecrets(row.wsUrl),
  enabled: row.enabled,
  symbols: row.symbols,
  backfillDays: row.options.backfillDays ?? null,
  priority: row.priority,
  version: row.version,
  updatedAt: row.updatedAt,
})

/** Our own forms refuse secrets in addresses; whoever wrote one into the table by hand does not find it on a page. */
export function withoutSecrets(address: string | null): string | null {
  if (address === null || !URL.canParse(address)) return null
  const url = new URL(address)
  url.username = ''
  url.password = ''
  url.search = ''
  url.hash = ''
  return url.href.replace(/\/+$/, '')
}
