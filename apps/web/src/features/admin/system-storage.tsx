'use client'
import { formatPercent } from '@faultline/ui/format'
import { Button } from '@faultline/ui/react/button'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { formatCount } from '../shell/prepare/format.ts'
import { formatBytes } from './prepare/size.ts'
import type { SystemReport } from './server/system.ts'
import { Cell, Head, Row, Table } from './table.tsx'

const text = messages.admin.system
const FIRST = 10

/** What every table weighs, the heaviest first. */
export function SystemStorage({ report: { tables } }: { report: SystemReport }) {
  const [all, setAll] = useState(false)
  const whole = tables.reduce((sum, { bytes }) => sum + bytes, 0)
  const { storageColumns } = text
  return (
    <section aria-label={text.storage} className="flex min-w-0 flex-col gap-2">
      <h2 className="fl-panel-title">{text.storage}</h2>
      <p className="text-t3">{text.storageNote}</p>
      <Table
        label={text.storage}
        head={
          <>
            <Head>{storageColumns.table}</Head>
            <Head className="text-right">{storageColumns.size}</Head>
            <Head className="w-[40%] text-left">{storageColumns.share}</Head>
            <Head className="hidden text-right phone:table-cell">{storageColumns.rows}</Head>
          </>
        }
      >
        {tables.slice(0, all ? tables.length : FIRST).map(({ table, bytes, rows }) => (
          <Row key={table}>
            <Cell className="font-mono text-[12px] text-t1 [overflow-wrap:anywhere]">{table}</Cell>
            <Cell className="text-right whitespace-nowrap">{formatBytes(bytes)}</Cell>
            <Cell>
              <span className="flex items-center gap-2">
                <span aria-hidden="true" className="h-1.5 min-w-0 flex-1 rounded-full bg-s3">
                  <span className="block h-full rounded-full bg-acc" style={{ width: `${whole > 0 ? (100 * bytes) / whole : 0}%` }} />
                </span>
                <span className="w-12 text-right">{formatPercent(whole > 0 ? bytes / whole : 0)}</span>
              </span>
            </Cell>
            <Cell className="hidden text-right phone:table-cell">{formatCount(rows)}</Cell>
          </Row>
        ))}
      </Table>
      {!all && tables.length > FIRST && (
        <Button className="self-center max-phone:h-10" onClick={() => setAll(true)}>
          {text.allTables(formatCount(tables.length))}
        </Button>
      )}
    </section>
  )
}
