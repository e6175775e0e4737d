import { admin } from '../../../server/trpc.ts'
import { sampleStatus } from './schema.ts'

/** Starts making the sample market. `conflict` while one is being made. */
export const startProcedure = admin.output(sampleStatus).mutation(({ ctx }) => ctx.services.sample.start())
