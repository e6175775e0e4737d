import type { DataSourceRow } from '@faultline/db/repositories/data-sources'

type Ranked = Pick<DataSourceRow, 'id' | 'priority'>

/** Does another source that names the same market go before this one? Of equals, whoever feeds it goes on, and else the older one does. */
export function isOutranked(source: Ranked, rivals: readonly Ranked[], feeds: boolean): boolean {
  return rivals.some((other) => other.priority < source.priority || (other.priority === source.priority && other.id < source.id && !feeds))
}
