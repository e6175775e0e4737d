'use client'
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react'
import { ProfileChart } from '../chart/profile-chart.ts'
import { type LinkedProfile, type ProfileAxis, type ProfileData, type ProfileReading, profileTotals } from '../chart/profile-data.ts'
import { WORDS } from '../chart/words.ts'
import { formatPercent, formatPrice, formatUsd } from '../format.ts'
import type { Theme } from '../tokens.ts'
import { classNames } from './class-names.ts'

/** For what moves with the heat's frame, past React: to be given to the chart's `linkProfile`. */
export type ProfileHandle = LinkedProfile

export interface ProfileProps {
  /** null: an empty plot, while it is loading or where nothing is known */
  data: ProfileData | null
  theme: Theme
  /** the heat's price axis; later moves may come by `ref` alone */
  axis?: ProfileAxis
  /** per class of effective leverage, from low to high; default: all */
  leverageShown?: readonly boolean[]
  simulated?: boolean
  onHover?: (reading: ProfileReading | null) => void
  ref?: Ref<ProfileHandle>
  className?: string
}

const ALL: readonly boolean[] = []
/** The sentence for those who do not see it counts what is this near to the price. */
const WITHIN = 0.1

/** Density by price beside the heat. It fills its parent, which must have a height: that of the heatmap beside it. */
export function Profile({ data, theme, axis, leverageShown = ALL, simulated = false, onHover, ref, className }: ProfileProps) {
  const host = useRef<HTMLElement>(null)
  const chart = useRef<ProfileChart | null>(null)
  const listener = useRef(onHover)
  const first = useRef(theme)
  // What came before the chart was made, or while it was made anew.
  const newest = useRef<ProfileAxis | null>(null)

  useEffect(() => {
    listener.current = onHover
  }, [onHover])
  useEffect(() => {
    if (!host.current) return
    const made = new ProfileChart(host.current, { theme: first.current })
    made.onHover((reading) => listener.current?.(reading))
    chart.current = made
    if (newest.current) made.setAxis(newest.current)
    const observer = new ResizeObserver(() => made.resize())
    observer.observe(host.current)
    return () => {
      observer.disconnect()
      made.dispose()
      chart.current = null
    }
  }, [])
  useImperativeHandle(
    ref,
    () => ({
      setAxis(next) {
        newest.current = next
        chart.current?.setAxis(next)
      },
      setCrosshair: (price) => chart.current?.setCrosshair(price),
    }),
    [],
  )
  useEffect(() => {
    if (!axis) return
    newest.current = axis
    chart.current?.setAxis(axis)
  }, [axis])
  useEffect(() => chart.current?.setTheme(theme), [theme])
  useEffect(() => chart.current?.setLeverageShown(leverageShown), [leverageShown])
  useEffect(() => chart.current?.setData(data), [data])

  return (
    <figure
      ref={host}
      data-testid="profile"
      aria-label={profileSummary(data, simulated)}
      className={classNames('fl-profile-host', className)}
    />
  )
}

/** One sentence for those who do not see the picture. */
export function profileSummary(data: ProfileData | null, simulated: boolean): string {
  if (!data) return WORDS.profile.none
  const totals = profileTotals(data, WITHIN)
  return WORDS.profile.summary({
    simulated,
    price: formatPrice(data.price),
    within: formatPercent(WITHIN, { decimals: 0 }),
    longs: formatUsd(totals.long.usd),
    shorts: formatUsd(totals.short.usd),
    maxPain: data.maxPain && { price: formatPrice(data.maxPain.price), usd: formatUsd(data.maxPain.usd) },
  })
}
