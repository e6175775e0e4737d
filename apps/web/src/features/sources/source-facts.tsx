import { ErrorNote } from '@faultline/ui/react/error-note'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { formatCount } from '../shell/prepare/format.ts'
import { formatBytes, formatOffset, spoolAlarm } from './prepare/words.ts'
import type { SourceItem } from './server/schema.ts'

const text = messages.sources.facts

/** Where a source is listened to, and how the connection is. */
export function SourceFacts({ source }: { source: SourceItem }) {
  const details = source.report?.details ?? {}
  const { sockets, clockOffsetMs, spool } = details
  const facts: [string, ReactNode][] = [
    [text.rest, <Address key="rest" of={source.restUrl} />],
    [text.ws, <Address key="ws" of={source.wsUrl} />],
    [text.symbols, source.symbols.length === 0 ? text.allSymbols : source.symbols.join(', ')],
    [text.days, source.backfillDays === null ? text.daysOwn : text.daysValue(String(source.backfillDays))],
    [text.sockets, sockets && sockets.length > 0 ? <Sockets key="sockets" sockets={sockets} /> : text.unknown],
    [
      text.clock,
      clockOffsetMs == null
        ? text.unknown
        : clockOffsetMs < 0
          ? text.clockBehind(formatOffset(clockOffsetMs))
          : text.clockAhead(formatOffset(clockOffsetMs)),
    ],
    [text.spool, spool && spool.bytes > 0 ? formatBytes(spool.bytes) : source.report ? text.spoolEmpty : text.unknown],
  ]
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 text-[11px] leading-4 phone:flex phone:flex-wrap phone:gap-x-7 phone:gap-y-1.5">
      {facts.map(([name, value]) => (
        <div key={name} className="contents phone:flex phone:min-w-0 phone:gap-2">
          <dt className="text-t3">{name}</dt>
          <dd className="min-w-0 text-t2 [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

const Address = ({ of: address }: { of: string | null }) =>
  address === null ? text.own : <span className="font-mono text-[11px] text-t1">{address}</span>

type Socket = NonNullable<NonNullable<SourceItem['report']>['details']['sockets']>[number]

function Sockets({ sockets }: { sockets: readonly Socket[] }) {
  const open = sockets.filter((socket) => socket.state === 'open').length
  const others = sockets.filter((socket) => socket.state !== 'open')
  return (
    <>
      <span className={open < sockets.length ? 'text-warn' : undefined}>
        {text.socketsOpen(formatCount(open), formatCount(sockets.length))}
      </span>
      {others.map((socket) => (
        <span key={socket.name}>
          {' '}
          · {socket.name} {text.socketStates[socket.state]}
          {socket.attempts > 0 && `, ${text.attempts(formatCount(socket.attempts))}`}
        </span>
      ))}
    </>
  )
}

/** What somebody has to look at: a refused switch, events that wait on disk, events that are lost. */
export function SourceAlarms({ source, error }: { source: SourceItem; error: string | undefined }) {
  const spool = spoolAlarm(source.report?.details ?? {})
  if (!spool && !error) return null
  return (
    <div className="flex flex-col gap-2">
      {error && <ErrorNote data-testid="switch-error">{error}</ErrorNote>}
      {spool && spool.bytes > 0 && (
        <ErrorNote>{messages.sources.spoolHolds(formatBytes(spool.bytes), formatBytes(spool.capBytes))}</ErrorNote>
      )}
      {spool && spool.lost > 0 && <ErrorNote>{messages.sources.spoolLost(formatCount(spool.lost))}</ErrorNote>}
    </div>
  )
}
