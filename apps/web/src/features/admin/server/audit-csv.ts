import { audit } from '@faultline/db/repositories/audit'
import { readAudit } from '@faultline/db/repositories/audit-log'
import { noteRefusal } from '../../../server/refusals.ts'
import type { Services } from '../../../server/services.ts'
import { actorOf } from '../../../server/trpc.ts'
import { csvLine } from '../../export/prepare/csv.ts'
import { auditFilter, entryOf } from './audit.ts'

const HEAD = ['id', 'time', 'actor', 'action', 'target', 'address', 'allowed', 'details']

/** GET: what the page of the audit log shows under this filter (`person`, `action`, `refused=1`, `from`, `to` in UTC ms), as a file of any length. */
export async function answerAuditCsv(services: Pick<Services, 'db' | 'sessions'>, request: Request): Promise<Response> {
  const { db, sessions } = services
  const session = await sessions.ofCookies(request.headers.get('cookie'))
  if (!session) return refuse(401, 'unauthenticated', 'Please sign in.')
  const { user } = session
  const actor = actorOf(user)
  const entry = { actor: user.email, ip: request.headers.get('x-faultline-ip'), target: 'audit log' }
  if (user.role !== 'admin') {
    noteRefusal({ services, user, ip: entry.ip }, 'audit log export')
    return refuse(403, 'forbidden', 'Only an administrator may do this.')
  }
  const filter = auditFilter.safeParse(askedOf(new URL(request.url).searchParams))
  if (!filter.success)
    return refuse(400, 'bad_input', 'The filter is person, action, refused=1, and from and to in UTC milliseconds; each may be left out.')
  await audit(db, actor, { ...entry, action: 'audit.exported' })
  const pages = readAudit(db, actor, filter.data)
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start: (stream) => stream.enqueue(encoder.encode(csvLine(HEAD))),
    async pull(stream) {
      const { value, done } = await pages.next()
      if (done) return stream.close()
      const lines = value
        .map(entryOf)
        .map(({ id, time, actor, action, target, ip, allowed, details }) =>
          csvLine([
            id,
            new Date(time).toISOString(),
            actor,
            action,
            target,
            ip,
            allowed,
            details.map(({ name, value: said }) => `${name}: ${said}`).join('; '),
          ]),
        )
      stream.enqueue(encoder.encode(lines.join('')))
    },
    async cancel() {
      await pages.return(undefined)
    },
  })
  return new Response(body, {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="faultline-audit-${new Date().toISOString().slice(0, 10)}.csv"`,
      'Cache-Control': 'no-store',
    },
  })
}

const refuse = (status: number, code: string, message: string): Response => Response.json({ error: { code, message } }, { status })

function askedOf(query: URLSearchParams): Record<string, unknown> {
  const text = (name: string) => query.get(name) || undefined
  const number = (name: string) => (text(name) === undefined ? undefined : Number(text(name)))
  return {
    person: text('person'),
    action: text('action'),
    refusedOnly: query.get('refused') === '1',
    from: number('from'),
    to: number('to'),
  }
}
