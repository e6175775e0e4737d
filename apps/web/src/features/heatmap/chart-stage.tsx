'use client'
import type { HeatmapChart } from '@faultline/ui/chart/heatmap-chart'
import type { ProfileData } from '@faultline/ui/chart/profile-data'
import { Heatmap, type HeatmapProps } from '@faultline/ui/react/heatmap'
import { Profile, type ProfileHandle } from '@faultline/ui/react/profile'
import { type ReactNode, useCallback, useRef } from 'react'
import { messages } from '../../messages.ts'

const text = messages.chart

export interface ChartStageProps extends HeatmapProps {
  /** null: not known yet */
  profile: ProfileData | null
  showProfile: boolean
  leverageShown: readonly boolean[]
  /** the chart and the profile's element, for exports */
  onStage: (chart: HeatmapChart | null, beside: HTMLElement | null) => void
  /** notes over the chart */
  children?: ReactNode
}

/** The heatmap, and the profile beside it on the same price axis: moved by the chart itself, in the same frame. */
export function ChartStage({ profile, showProfile, leverageShown, onStage, children, ...heatmap }: ChartStageProps) {
  const chart = useRef<HeatmapChart | null>(null)
  const handle = useRef<ProfileHandle | null>(null)
  const beside = useRef<HTMLElement | null>(null)
  const told = useRef(onStage)
  told.current = onStage
  const link = useCallback(() => {
    chart.current?.linkProfile(handle.current)
    told.current(chart.current, beside.current)
  }, [])
  return (
    <div className="flex h-full min-h-0">
      <div className="relative min-w-0 flex-1" data-tour="heat">
        {children}
        <Heatmap
          {...heatmap}
          onChart={(made) => {
            chart.current = made
            link()
          }}
          className="h-full"
        />
      </div>
      {showProfile && (
        <section
          ref={(element) => {
            beside.current = element
            link()
          }}
          aria-label={text.profileOf}
          className="hidden w-[176px] flex-none border-l border-line phone:block full:w-[208px]"
        >
          <Profile
            data={profile}
            theme={heatmap.theme}
            leverageShown={leverageShown}
            simulated={heatmap.data?.simulated ?? false}
            ref={(made) => {
              handle.current = made
              link()
            }}
            className="h-full"
          />
        </section>
      )}
    </div>
  )
}
