import { rootRouter } from './root-router.ts'
import { createCallerFactory } from './trpc.ts'

export const createCaller = createCallerFactory(rootRouter)
export type Caller = ReturnType<typeof createCaller>
