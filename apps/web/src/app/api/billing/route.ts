import { webRuntime } from '../../../server/runtime.ts'

export const dynamic = 'force-dynamic'

/** A payment provider's messages, signed: docs/plans.md. */
export const POST = (request: Request): Promise<Response> => webRuntime().billing(request)
