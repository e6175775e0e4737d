import { audit } from '@faultline/db/repositories/audit'
import { applyBillingMessage } from '@faultline/db/repositories/plans'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { expectedError, httpStatus } from '../../../server/errors.ts'
import type { Services } from '../../../server/services.ts'
import { signatureProblem } from './billing-signature.ts'

const MOST_BYTES = 20_000
/** What a stranger sends without a signature is told once a minute: a flood of it must not fill the log. */
const told = new LRUCache<string, true>({ max: 1_000, ttl: 60_000 })

const message = z
  .object({
    /** the provider's own: the same one counts once */
    id: z.string().min(1).max(200),
    email: z.string().min(1).max(320).optional(),
    userId: z.uuid().optional(),
    plan: z.string().min(1).max(60),
    /** ISO 8601 with a zone; null or absent: without an end */
    until: z.iso.datetime({ offset: true }).nullish(),
  })
  .refine(({ email, userId }) => (email === undefined) !== (userId === undefined), 'either email or userId must be given')

/**
 * POST /api/billing: a payment provider's word on who has which plan. 404 without a configured secret; 401 for a signature that does
 * not fit or is too old; 409 for a message that was taken before; 400 and 404 for what it names. All of it is in the audit log.
 */
export async function answerBilling(
  services: Pick<Services, 'db' | 'limits' | 'sessions' | 'billing'>,
  request: Request,
): Promise<Response> {
  const { db, limits, billing } = services
  const ip = request.headers.get('x-faultline-ip')
  if (billing === null)
    return answer(404, 'not_found', 'This installation takes no messages of a payment provider: FAULTLINE_BILLING_SECRET is not set.')
  const refuse = async (status: number, code: string, why: string, target = '') => {
    const flood = `${ip} ${why}`
    if ((status === 401 || status === 413) && told.has(flood)) return answer(status, code, why)
    told.set(flood, true)
    await audit(
      db,
      { kind: 'billing' },
      { action: 'billing.refused', actor: 'billing', target, ip, allowed: false, details: { why: why.slice(0, 300) } },
    )
    return answer(status, code, why)
  }
  try {
    await limits.take('billingIp', ip ?? 'unknown')
    const body = new Uint8Array(await request.arrayBuffer())
    if (body.byteLength > MOST_BYTES) return await refuse(413, 'bad_input', 'A message has at most 20,000 bytes.')
    const problem = signatureProblem(request.headers.get('faultline-signature'), body, billing.secret, Date.now())
    if (problem !== null) return await refuse(401, 'unauthenticated', problem)
    const parsed = message.safeParse(jsonOf(body))
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      return await refuse(400, 'bad_input', `${issue?.path.length ? `${issue.path.join('.')}: ` : ''}${issue?.message ?? 'not a message'}`)
    }
    const { id, email, userId, plan, until } = parsed.data
    try {
      const { taken } = await applyBillingMessage(
        db,
        { id, person: userId === undefined ? { email: email ?? '' } : { userId }, plan, until: until ? new Date(until) : null },
        ip,
      )
      if (!taken) return answer(409, 'conflict', 'This message has been taken before; nothing was changed.')
      return Response.json({ ok: true })
    } catch (error) {
      const { code, message: why } = expectedError(error)
      if (code !== 'not_found' && code !== 'bad_input') throw error
      return await refuse(code === 'not_found' ? 404 : 400, code, why, email ?? userId ?? '')
    }
  } catch (error) {
    const shown = expectedError(error)
    return answer(httpStatus(shown), shown.code, shown.message)
  }
}

const answer = (status: number, code: string, said: string): Response => Response.json({ error: { code, message: said } }, { status })

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
