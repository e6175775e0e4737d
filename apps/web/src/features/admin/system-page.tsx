'use client'
import { formatAge, formatClock, formatDateTime } from '@faultline/ui/format'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Panel } from '@faultline/ui/react/panel'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { toast } from '../shell/toasts.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'
import { AdminFrame } from './admin-frame.tsx'
import { formatBytes } from './prepare/size.ts'
import type { SystemReport } from './server/system.ts'
import { SystemJobs } from './system-jobs.tsx'
import { SystemStorage } from './system-storage.tsx'
import { Cell, Head, Row, Table, TableSkeleton } from './table.tsx'

const text = messages.admin.system
const AGAIN_MS = 30_000
/** A worker reports every few seconds. */
const SILENT_MS = 60_000
/** Less is the time that the question takes. */
const CLOCKS_AGREE_MS = 1_000

/** How the installation is. */
export function SystemPage() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [looking, setLooking] = useState(false)
  const { data: report, error, refetch } = useQuery({ ...trpc.admin.system.read.queryOptions(), staleTime: 0, refetchInterval: AGAIN_MS })
  const lookAgain = async () => {
    setLooking(true)
    try {
      const fresh = await queryClient.fetchQuery({ ...trpc.admin.system.read.queryOptions({ now: true }), staleTime: 0 })
      queryClient.setQueryData(trpc.admin.system.read.queryKey(), fresh)
    } catch (failed) {
      toast(refusalOf(failed, messages.errors.noAnswer).message, 'warn')
    }
    setLooking(false)
  }
  return (
    <AdminFrame
      page="system"
      title={text.title}
      aside={report && text.asOf(formatClock(report.asked, 'utc'))}
      actions={
        <Button icon={<RefreshCw size={14} />} busy={looking} onClick={() => void lookAgain()}>
          {text.refresh}
        </Button>
      }
    >
      {error && (
        <ErrorNote onRetry={() => void refetch()}>
          {report ? messages.admin.outdated : messages.admin.failed} {refusalOf(error, messages.errors.noAnswer).message}
        </ErrorNote>
      )}
      {report ? <Report report={report} /> : !error && <TableSkeleton label={messages.admin.loading} rows={10} />}
    </AdminFrame>
  )
}

function Report({ report }: { report: SystemReport }) {
  const { cards, factNames } = text
  const { web, database, people, disk, migrations } = report
  return (
    <>
      <dl className="grid grid-cols-2 gap-2 phone:grid-cols-3 phone:gap-3 full:grid-cols-6">
        <Card label={cards.version} value={report.version} note={text.node(report.node.replace(/^v/, ''))} />
        <Card label={cards.uptime} value={formatAge(web.uptimeMs)} note={text.since(formatDateTime(web.startedAt, 'utc'))} />
        <Card label={cards.memory} value={formatBytes(web.memory)} note={text.heap(formatBytes(web.heap))} />
        <Card label={cards.database} value={formatBytes(database.bytes)} note={text.postgres(database.version.split(' ')[0] ?? '')} />
        <Card
          label={cards.people}
          value={formatCount(people.people)}
          note={text.peopleNote(text.admins(formatCount(people.administrators)), messages.admin.teams.count(formatCount(people.teams)))}
        />
        <Card
          label={cards.disk}
          value={disk ? formatBytes(disk.free) : '–'}
          note={disk ? text.ofDisk(formatBytes(disk.size)) : text.diskUnknown}
          warn={disk !== null && disk.free < disk.size / 10}
        />
      </dl>
      <div className="grid items-start gap-3 wide:grid-cols-2">
        <Workers report={report} />
        <Panel title={text.facts}>
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2">
            <Fact name={factNames.connections}>
              {text.connections(formatCount(database.connections), formatCount(database.maxConnections))}
            </Fact>
            <Fact name={factNames.roundTrip}>{text.milliseconds(formatCount(Math.max(1, database.roundTripMs)))}</Fact>
            <Fact name={factNames.clock}>{clockWords(database.clockAheadMs)}</Fact>
            <Fact name={factNames.migrations}>{text.migrations(formatCount(migrations.count), migrations.newest ?? '–')}</Fact>
            <Fact name={factNames.mail}>{report.mail ? messages.admin.settings.mailOn : messages.admin.settings.mailOff}</Fact>
          </dl>
        </Panel>
      </div>
      <SystemJobs report={report} />
      <SystemStorage report={report} />
    </>
  )
}

function clockWords(aheadMs: number): string {
  if (Math.abs(aheadMs) < CLOCKS_AGREE_MS) return text.clockSame
  return (aheadMs > 0 ? text.clockAhead : text.clockBehind)(formatAge(Math.abs(aheadMs)))
}

function Workers({ report }: { report: SystemReport }) {
  const { workerColumns } = text
  if (report.workers.length === 0)
    return (
      <Panel title={text.workers}>
        <p className="text-t2">{text.noWorkers}</p>
      </Panel>
    )
  return (
    <Table
      titled
      label={text.workers}
      head={
        <>
          <Head>{workerColumns.name}</Head>
          <Head className="text-right">{workerColumns.instruments}</Head>
          <Head className="hidden text-right phone:table-cell">{workerColumns.sources}</Head>
          <Head className="text-right">{workerColumns.last}</Head>
        </>
      }
    >
      {report.workers.map((worker) => (
        <Row key={worker.name}>
          <Cell className="text-t1 [overflow-wrap:anywhere]">{worker.name}</Cell>
          <Cell className="text-right">{formatCount(worker.instruments)}</Cell>
          <Cell className="hidden text-right phone:table-cell">{formatCount(worker.sources)}</Cell>
          <Cell className="text-right whitespace-nowrap">
            {worker.silentMs === null ? (
              messages.admin.never
            ) : worker.silentMs > SILENT_MS ? (
              <Badge tone="warn">{`${text.silent} ${formatAge(worker.silentMs)}`}</Badge>
            ) : (
              formatAge(worker.silentMs)
            )}
          </Cell>
        </Row>
      ))}
    </Table>
  )
}

const Card = ({ label, value, note, warn = false }: { label: string; value: ReactNode; note: ReactNode; warn?: boolean }) => (
  <div className="fl-panel min-w-0 px-4 py-3">
    <dt className="truncate text-[11px] leading-4 text-t3">{label}</dt>
    <dd className="mt-0.5">
      <span className={`block truncate text-[20px] leading-[26px] font-semibold ${warn ? 'text-warn' : 'text-t1'}`}>{value}</span>
      <span className="block text-[11px] leading-4 text-t3">{note}</span>
    </dd>
  </div>
)

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt className="text-t3">{name}</dt>
    <dd className="min-w-0 text-right font-medium [overflow-wrap:anywhere]">{children}</dd>
  </>
)
