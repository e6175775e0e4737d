import { webRuntime } from '../../../../../server/runtime.ts'

export const dynamic = 'force-dynamic'

/** The audit log under a filter as a file, for administrators. */
export const GET = (request: Request): Promise<Response> => webRuntime().auditCsv(request)
