'use client'
import { formatDateTime } from '@faultline/ui/format'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Panel } from '@faultline/ui/react/panel'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { toast } from '../shell/toasts.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'
import type { SystemReport } from './server/system.ts'
import { Cell, Head, Row, Table } from './table.tsx'

const text = messages.admin.system
const nameOf = (queue: string): string => text.queueNames[queue] ?? queue

/** What waits to be done, and what has failed for good. */
export function SystemJobs({ report }: { report: SystemReport }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { queueColumns } = text
  const retry = useMutation({
    ...trpc.admin.system.retryJob.mutationOptions(),
    onSuccess: async () => {
      toast(text.retried)
      await queryClient.invalidateQueries({ queryKey: trpc.admin.system.pathKey() })
    },
  })
  return (
    <div className="grid items-start gap-3 wide:grid-cols-2">
      <Table
        titled
        label={text.queues}
        head={
          <>
            <Head>{queueColumns.queue}</Head>
            <Head className="text-right">{queueColumns.waiting}</Head>
            <Head className="text-right">{queueColumns.active}</Head>
            <Head className="hidden text-right phone:table-cell">{queueColumns.done}</Head>
            <Head className="text-right">{queueColumns.failed}</Head>
          </>
        }
      >
        {report.queues.map((queue) => (
          <Row key={queue.queue}>
            <Cell className="text-t1">{nameOf(queue.queue)}</Cell>
            <Cell className="text-right">{formatCount(queue.waiting)}</Cell>
            <Cell className="text-right">{formatCount(queue.active)}</Cell>
            <Cell className="hidden text-right phone:table-cell">{formatCount(queue.done)}</Cell>
            <Cell className={`text-right ${queue.failed > 0 ? 'font-semibold text-err!' : ''}`}>{formatCount(queue.failed)}</Cell>
          </Row>
        ))}
      </Table>
      <Panel title={text.failedJobs}>
        {retry.error && <ErrorNote className="mb-2">{refusalOf(retry.error, messages.errors.noAnswer).message}</ErrorNote>}
        {report.failed.length === 0 && <p className="text-t3">{text.noFailed}</p>}
        <ul>
          {report.failed.map((job) => {
            const time = formatDateTime(job.failedAt, 'utc')
            return (
              <li key={job.id} className="flex items-start gap-3 border-b border-line py-2 last:border-b-0">
                <p className="min-w-0 flex-1 [overflow-wrap:anywhere]">
                  <span className="font-medium text-t1">{nameOf(job.queue)}</span>{' '}
                  <span className="text-t3">
                    {time} · {text.attempts(formatCount(job.attempts))}
                  </span>
                  <span className="block text-t2">{job.message}</span>
                </p>
                <Button
                  size="small"
                  className="max-phone:h-10"
                  aria-label={text.retryOf(nameOf(job.queue), time)}
                  busy={retry.isPending && retry.variables.id === job.id}
                  onClick={() => retry.mutate({ queue: job.queue, id: job.id })}
                >
                  {text.retry}
                </Button>
              </li>
            )
          })}
        </ul>
      </Panel>
    </div>
  )
}
