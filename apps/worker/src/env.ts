import { FaultlineError } from '@faultline/market/errors'
import { z } from 'zod'

/** What the command line takes from its surroundings, in one place. */
const schema = z.object({
  /** the application's database role; scripts/faultline.mjs sets it, starting the embedded Postgres where none runs */
  DATABASE_APP_URL: z.string({ error: 'is missing' }).regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://'),
})

export interface Env {
  databaseUrl: string
}

/** @throws FaultlineError unavailable, naming every variable that is missing or malformed */
export function readEnv(source: Readonly<Record<string, string | undefined>> = process.env): Env {
  const parsed = schema.safeParse(source)
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')
    throw new FaultlineError('unavailable', `${wrong}. Run this command as "npm run -s faultline -- …", which sets it, or set it yourself.`)
  }
  return { databaseUrl: parsed.data.DATABASE_APP_URL }
}

const liveSchema = z.object({
  /** where spool and bans of this worker are kept */
  FAULTLINE_STATE_DIR: z.string().min(1).default('.data'),
  /** the simulated venue of this installation, where one runs */
  FAULTLINE_SIMULATED_REST_URL: z
    .string()
    .regex(/^https?:\/\//, 'must begin with http://')
    .optional(),
  FAULTLINE_SIMULATED_WS_URL: z
    .string()
    .regex(/^wss?:\/\//, 'must begin with ws://')
    .optional(),
})

export interface LiveEnv {
  stateDir: string
  addresses: { simulated?: { rest: string; ws: string } }
}

/** What `worker` takes beside the database. @throws FaultlineError unavailable, naming every variable that is malformed */
export function readLiveEnv(source: Readonly<Record<string, string | undefined>> = process.env): LiveEnv {
  const parsed = liveSchema.safeParse(source)
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')
    throw new FaultlineError('unavailable', wrong)
  }
  const { FAULTLINE_STATE_DIR: stateDir, FAULTLINE_SIMULATED_REST_URL: rest, FAULTLINE_SIMULATED_WS_URL: ws } = parsed.data
  return { stateDir, addresses: rest && ws ? { simulated: { rest, ws } } : {} }
}
