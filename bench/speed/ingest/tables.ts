/** The figures of the live line as tables of the README. */
import { VENUES, type Wire } from '@faultline/market/venue'
import type { measureGrowth } from './growth.ts'
import type { Spread } from './measure.ts'
import type { measureSustained } from './sustained.ts'

type Sustained = Awaited<ReturnType<typeof measureSustained>>
type Growth = Awaited<ReturnType<typeof measureGrowth>>
type Spreads = Readonly<Record<string, Spread | undefined>>

const NAMES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.values(VENUES).flatMap(({ wire, shortName, simulated }) => (wire && !simulated ? [[wire, shortName]] : []))),
  sums: 'sums over venues',
}
const number = (value: number | undefined): string => (value === undefined || Number.isNaN(value) ? '' : value.toLocaleString('en-GB'))
const lag = (spread: Spread | undefined): string =>
  spread && spread.count > 0 ? [spread.p50, spread.p99, spread.max].map(number).join(' / ') : ''
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** A table for each phase: venue by venue, and all of them. */
export function sustainedTables({ phases, venues }: Sustained): string {
  return phases
    .map(({ seconds, rowsPerSecond, messagesPerSecond, lagMs, columnMs }) => {
      const of = (by: object | undefined): Spreads => (by ?? {}) as Spreads
      const row = (who: string, name: string, counts: readonly Sustained['venues'][string][]): string[] => {
        const sum = (pick: (count: Sustained['venues'][string]) => number): string =>
          counts.length > 0 ? number(counts.reduce((all, count) => all + pick(count), 0)) : ''
        const rates: Readonly<Record<string, number>>[] = [rowsPerSecond, messagesPerSecond]
        return [
          name,
          ...rates.map((by) => number(by[who])),
          `${sum((c) => c.missing)} / ${sum((c) => c.doubles)}`,
          lag(of(lagMs)[who]),
          lag(of(columnMs)[who]),
        ]
      }
      const each = Object.keys(venues).map((wire) => row(wire, NAMES[wire as Wire] ?? wire, [venues[wire] as Sustained['venues'][string]]))
      const head = [
        `${seconds} s`,
        'rows/s',
        'messages/s',
        'missing / double',
        'commit lag p50 / p99 / most, ms',
        'column after the minute p50 / p99 / most, ms',
      ]
      return table(head, [
        ...each,
        row('all', 'all', Object.values(venues)),
        [NAMES.sums ?? 'sums', '', '', '', '', lag(of(columnMs).sums)],
      ])
    })
    .join('\n\n')
}

export function growthTable({ rows }: Growth): string {
  const head = ['instruments', ...rows.map((row) => number(row.instruments))]
  const line = (name: string, of: (row: Growth['rows'][number]) => string): string[] => [name, ...rows.map(of)]
  const times = (value: number, ratio: number | undefined): string => `${value} (× ${ratio})`
  return table(head, [
    line('rows/s', (row) => number(row.rowsPerSecond)),
    line('missing / double', (row) => `${row.missing} / ${row.doubles}`),
    line('commit lag p50 / p99 / most, ms', (row) => lag(row.lagMs)),
    line('column after the minute p50 / p99 / most, ms', (row) => lag(row.columnMs)),
    line('worker, cores', (row) => times(row.cores?.worker ?? Number.NaN, row.times?.workerCores)),
    line('Postgres, cores', (row) => times(row.cores?.postgres ?? Number.NaN, row.times?.postgresCores)),
    line('worker while quiet, cores', (row) => String(row.quietCores.worker)),
    line('worker, MB', (row) => times(row.megabytes, row.times?.megabytes)),
  ])
}
