import { webRuntime } from '../../../../server/runtime.ts'

export const dynamic = 'force-dynamic'

const handler = (request: Request) => webRuntime().trpc(request)

export { handler as GET, handler as POST }
