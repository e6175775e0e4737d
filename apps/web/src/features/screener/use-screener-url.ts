'use client'
import { createParser, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { COLUMNS, type ColumnId, DEFAULT_SORT, readColumns, readSort, writeColumns, writeSort } from './prepare/columns.ts'
import { SHOWN } from './prepare/rows.ts'

const parseAsSort = createParser({ parse: readSort, serialize: writeSort, eq: (a, b) => writeSort(a) === writeSort(b) })
const parseAsColumns = createParser<readonly ColumnId[]>({
  parse: readColumns,
  serialize: writeColumns,
  eq: (a, b) => writeColumns(a) === writeColumns(b),
})
const parseAsLeast = createParser<number>({
  parse: (text) => (/^\d/.test(text) && Number.isFinite(Number(text)) ? Number(text) : null),
  serialize: String,
})

/** What the table shows stands in the address: a link reproduces it. */
export const useScreenerUrl = () =>
  useQueryStates(
    {
      q: parseAsString.withDefault(''),
      sort: parseAsSort.withDefault(DEFAULT_SORT),
      risk: parseAsLeast,
      oi: parseAsLeast,
      show: parseAsStringLiteral(SHOWN).withDefault('all'),
      cols: parseAsColumns.withDefault(COLUMNS),
    },
    { history: 'replace' },
  )
