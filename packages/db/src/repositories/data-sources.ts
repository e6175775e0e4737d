/** Data sources: which venues are listened to, where, and for which symbols. Administrators change them; workers follow. */
import { FaultlineError } from '@faultline/market/errors'
import { type SourceOptions, sourceOptions } from '@faultline/market/feed'
import { symbolSchema } from '@faultline/market/instrument'
import { FEED_VENUES, type FeedVenueId } from '@faultline/market/venue'
import { z } from 'zod'
import { type Database, inTransaction, type Queryable } from '../database.ts'
import { notify } from '../notify.ts'
import { msOf } from '../sql/binary.ts'

export interface DataSourceRow {
  id: number
  name: string
  venue: FeedVenueId
  /** null: the venue's own address, or the installation's for the simulated venue */
  restUrl: string | null
  wsUrl: string | null
  enabled: boolean
  /** as the venue writes them; empty: all that it trades */
  symbols: string[]
  options: SourceOptions
  /** of sources that name the same market, the one with the lower number feeds it */
  priority: number
  /** rises with every change */
  version: number
  updatedAt: number
}

/**
 * Base of a venue's addresses; paths are put after it. What is written here is shown to administrators and logged, so it
 * must not carry a secret: neither as user and password nor as a query.
 */
const address = (protocols: string[]) =>
  z
    .string()
    .trim()
    .max(300, 'must not be longer than 300 characters')
    .superRefine((text, context) => {
      const refuse = (message: string) => context.addIssue({ code: 'custom', message })
      if (!protocols.some((protocol) => text.startsWith(`${protocol}//`))) return refuse(`must begin with ${protocols.join('// or ')}//`)
      if (!URL.canParse(text) || /[\s\\]/.test(text)) return refuse('is not an address: a host is wanted, perhaps a port and a path')
      const { username, password } = new URL(text)
      if (username !== '' || password !== '') return refuse('must not contain a user name or password')
      if (/[?#]/.test(text)) return refuse('must not contain a query (?…) or a fragment (#…)')
    })
    .transform((text) => text.replace(/\/+$/, ''))

/** What may be changed; the same rules wherever a change comes from. */
export const dataSourceChange = z.object({
  enabled: z.boolean().optional(),
  restUrl: address(['http:', 'https:']).nullable().optional(),
  wsUrl: address(['ws:', 'wss:']).nullable().optional(),
  symbols: z
    .array(symbolSchema)
    .max(1000)
    .transform((symbols) => [...new Set(symbols)])
    .optional(),
  options: sourceOptions.optional(),
  priority: z.int('must be a whole number').min(0, 'must be at least 0').max(1000, 'must be at most 1000').optional(),
})
export type DataSourceChange = z.infer<typeof dataSourceChange>

const nameOfSource = z
  .string()
  .trim()
  .min(1, 'give it a name')
  .max(80, 'must not be longer than 80 characters')
  .refine((text) => !/\p{Cc}/u.test(text), { error: 'must stand in one line' })
  .refine((text) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(text), { error: 'needs a name that can be seen' })
const newDataSource = dataSourceChange.extend({ name: nameOfSource, venue: z.enum(FEED_VENUES as [FeedVenueId]) })

const COLUMNS = `d.id, d.name, d.venue, d.rest_url as "restUrl", d.ws_url as "wsUrl", d.enabled, d.symbols, d.options, d.priority, d.version,
  ${msOf('d.updated_at')} as "updatedAt"`

const queryable = (db: Database | Queryable): Queryable => ('pool' in db ? db.pool : db)

/** The same with another name, which no other source may have. */
const namedChange = dataSourceChange.extend({ name: nameOfSource.optional() })

/** All sources, in the order they were made. */
export async function listDataSources(db: Database | Queryable): Promise<DataSourceRow[]> {
  const { rows } = await queryable(db).query<DataSourceRow>(`select ${COLUMNS} from data_source d order by d.id`)
  return rows
}

/** @throws FaultlineError not_found */
export async function findDataSource(db: Database | Queryable, id: number): Promise<DataSourceRow> {
  const valid = Number.isInteger(id) && id > 0 && id <= 0x7fffffff
  const { rows } = await queryable(db).query<DataSourceRow>(`select ${COLUMNS} from data_source d where d.id = $1`, [valid ? id : 0])
  if (!rows[0]) throw new FaultlineError('not_found', `There is no data source ${id}.`)
  return rows[0]
}

/** Makes the source where no other has its name; an existing one stays as it is. Workers are told. */
export async function ensureDataSource(db: Database, given: z.input<typeof newDataSource>): Promise<DataSourceRow> {
  const { name, venue, enabled, restUrl, wsUrl, symbols, options } = parse(newDataSource, given)
  return inTransaction(db, async (client) => {
    const made = await client.query<{ id: number }>(
      `insert into data_source (name, venue, rest_url, ws_url, enabled, symbols, options) values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (name) do nothing returning id`,
      [name, venue, restUrl ?? null, wsUrl ?? null, enabled ?? true, symbols ?? [], options ?? {}],
    )
    if (made.rows[0]) await notify(client, 'sources', { id: made.rows[0].id })
    const { rows } = await client.query<DataSourceRow>(`select ${COLUMNS} from data_source d where d.name = $1`, [name])
    return rows[0] as DataSourceRow
  })
}

/**
 * Changes what `change` names, if nobody else did since `version` was read. Workers are told.
 * @throws FaultlineError bad_input naming the field; not_found; conflict when the source has another version
 */
export async function updateDataSource(
  db: Database,
  id: number,
  version: number,
  change: z.input<typeof namedChange>,
): Promise<DataSourceRow> {
  const { enabled, restUrl, wsUrl, symbols, options, priority, name } = parse(namedChange, change)
  return inTransaction(db, async (client) => {
    const before = await findDataSource(client, id)
    const { rows } = await client
      .query<DataSourceRow>(
        `update data_source d set enabled = $3, rest_url = $4, ws_url = $5, symbols = $6, options = $7, priority = $8, name = $9, version = d.version + 1, updated_at = now()
        where d.id = $1 and d.version = $2 returning ${COLUMNS}`,
        [
          id,
          version,
          enabled ?? before.enabled,
          restUrl === undefined ? before.restUrl : restUrl,
          wsUrl === undefined ? before.wsUrl : wsUrl,
          symbols ?? before.symbols,
          options ?? before.options,
          priority ?? before.priority,
          name ?? before.name,
        ],
      )
      .catch(nameTaken(name))
    const after = rows[0]
    if (!after)
      throw new FaultlineError(
        'conflict',
        `${before.name} was changed by somebody else meanwhile. Look at it again, then repeat your change.`,
      )
    await notify(client, 'sources', { id })
    return after
  })
}

/**
 * Makes a source that an administrator has described. Workers are told.
 * @throws FaultlineError bad_input naming the field; conflict when another has its name
 */
export async function createDataSource(db: Database, given: z.input<typeof newDataSource>): Promise<DataSourceRow> {
  const { name, venue, enabled, restUrl, wsUrl, symbols, options, priority } = parse(newDataSource, given)
  return inTransaction(db, async (client) => {
    const { rows } = await client
      .query<{ id: number }>(
        `insert into data_source (name, venue, rest_url, ws_url, enabled, symbols, options, priority) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
        [name, venue, restUrl ?? null, wsUrl ?? null, enabled ?? true, symbols ?? [], options ?? {}, priority ?? 100],
      )
      .catch(nameTaken(name))
    const id = rows[0]?.id as number
    await notify(client, 'sources', { id })
    return findDataSource(client, id)
  })
}

/**
 * Takes a source away with its settings, keys, quarantine and requests; what it has brought of markets stays. Workers are told.
 * @throws FaultlineError not_found; conflict when the source has another version
 */
export async function deleteDataSource(db: Database, id: number, version: number): Promise<DataSourceRow> {
  return inTransaction(db, async (client) => {
    const before = await findDataSource(client, id)
    const { rowCount } = await client.query('delete from data_source where id = $1 and version = $2', [id, version])
    if (rowCount !== 1) throw new FaultlineError('conflict', `${before.name} was changed by somebody else meanwhile. Look at it again.`)
    await notify(client, 'sources', { id })
    return before
  })
}

/** SQLSTATE unique_violation: sources are told apart by their names. */
const nameTaken =
  (name: string | undefined) =>
  (error: unknown): never => {
    if (error instanceof Error && 'code' in error && error.code === '23505')
      throw new FaultlineError('conflict', `There is a data source named “${name}” already. Choose another name.`, {
        place: { field: 'name' },
        cause: error,
      })
    throw error
  }

function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = issue?.path.join('.')
  throw new FaultlineError('bad_input', issue?.message ?? 'not a data source', {
    ...(field ? { place: { field } } : {}),
    cause: parsed.error,
  })
}
