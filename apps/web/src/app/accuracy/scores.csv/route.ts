import { SCORE_TABLES } from '../../../features/accuracy/prepare/csv.ts'
import { ScoreFiles } from '../../../features/accuracy/server/score-files.ts'
import { webRuntime } from '../../../server/runtime.ts'

export const dynamic = 'force-dynamic'

const files = new ScoreFiles()

/** The figures of /accuracy, of both horizons: `?table=markets` (unless said otherwise), `days` or `reliability`. */
export async function GET(request: Request): Promise<Response> {
  const asked = new URL(request.url).searchParams.get('table') ?? 'markets'
  const table = SCORE_TABLES.find((name) => name === asked)
  if (!table)
    return Response.json({ error: { code: 'bad_input', message: `A table is one of ${SCORE_TABLES.join(', ')}.` } }, { status: 400 })
  const { accuracy } = webRuntime()
  return new Response(files.read(table, [await accuracy('15m'), await accuracy('1h')]), {
    headers: { 'Content-Type': 'text/csv; charset=utf-8', 'Cache-Control': 'no-store' },
  })
}
