import { signedIn } from '../../../server/trpc.ts'
import { sampleStatus } from './schema.ts'

export const statusProcedure = signedIn.output(sampleStatus).query(({ ctx }) => ctx.services.sample.status())
