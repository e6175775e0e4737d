import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '../server/root-router.ts'

/** `RouterOutputs['heatmap']['view']` and the like, for components. */
export type RouterOutputs = inferRouterOutputs<AppRouter>
