'use client'
import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useMemo } from 'react'
import { useTRPC } from '../../trpc/provider.tsx'
import type { HeatmapRange } from '../heatmap/server/schema.ts'
import { allowedRange, assetLock, rangeLock, type Terms } from './prepare/allowed.ts'
import type { MyPlan } from './server/mine.ts'

/** What the pages lock. The server refuses it whatever they do. */
export interface PlanLocks {
  terms: Terms
  /** why a range or a coin is locked; null: it is not */
  rangeLock(range: string): string | null
  assetLock(asset: string): string | null
  /** the range that is shown in place of one that is locked */
  allowedRange(range: HeatmapRange): HeatmapRange
}

/** Where nobody is signed in, a link or an embed decides. */
const OPEN: PlanLocks = {
  terms: { ranges: ['1y'], baseAssets: null },
  rangeLock: () => null,
  assetLock: () => null,
  allowedRange: (range) => range,
}
const PlanContext = createContext<PlanLocks>(OPEN)

export function PlanProvider({ initial, children }: { initial: MyPlan; children: ReactNode }) {
  const trpc = useTRPC()
  const { data } = useQuery({ ...trpc.plans.mine.queryOptions(), initialData: initial, refetchOnWindowFocus: true })
  const locks = useMemo(
    (): PlanLocks => ({
      terms: data,
      rangeLock: (range) => rangeLock(data, data.plans, range),
      assetLock: (asset) => assetLock(data, data.plans, asset),
      allowedRange: (range) => allowedRange(data, range) ?? range,
    }),
    [data],
  )
  return <PlanContext value={locks}>{children}</PlanContext>
}

export const usePlanLocks = (): PlanLocks => use(PlanContext)
