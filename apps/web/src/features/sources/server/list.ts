import { admin } from '../../../server/trpc.ts'
import { readSources } from './read-sources.ts'
import { sourceList } from './schema.ts'

/** Data sources in the order they were made, each with its instruments by name. */
export const listProcedure = admin.output(sourceList).query(({ ctx }) => readSources(ctx.services.db, ctx.actor))
