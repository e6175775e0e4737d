/** A page to look at: every state of the chart and every small component, by query string. Not part of the product. */

import { useState } from 'react'
import { createRoot } from 'react-dom/client'
import { histogramBars, histogramOf } from '../../src/chart/heat-histogram.ts'
import type { Palette, PriceStyle } from '../../src/chart/palette.ts'
import { PANE_IDS, type PaneId, type PaneState } from '../../src/chart/panes.ts'
import { suggestThreshold, thresholdDomain } from '../../src/chart/threshold.ts'
import { Badge, LiveBadge } from '../../src/react/badge.tsx'
import { Button } from '../../src/react/button.tsx'
import { DualRange } from '../../src/react/dual-range.tsx'
import { ErrorNote } from '../../src/react/error-note.tsx'
import { Field } from '../../src/react/field.tsx'
import { Heatmap, type HeatmapProps } from '../../src/react/heatmap.tsx'
import { Logo } from '../../src/react/logo.tsx'
import { Panel } from '../../src/react/panel.tsx'
import { Profile } from '../../src/react/profile.tsx'
import { SegmentedControl } from '../../src/react/segmented-control.tsx'
import { Toggle, ToggleButton } from '../../src/react/toggle.tsx'
import type { Theme } from '../../src/tokens.ts'
import { syntheticData } from './synthetic.ts'
import { withMarks } from './synthetic-marks.ts'
import { withPanes } from './synthetic-panes.ts'
import { profileOf } from './synthetic-profile.ts'
import '@fontsource-variable/inter'
import '../../src/styles.css'

const query = new URLSearchParams(location.search)
const theme = (query.get('theme') ?? 'dark') as Theme
document.documentElement.dataset.theme = theme
const days = Number(query.get('days') ?? 3)
const resolutionMs = Number(query.get('res') ?? 300_000)
const columns = Math.round((days * 86_400_000) / resolutionMs)
const data = syntheticData({
  columns,
  resolutionMs,
  bucketMs: Number(query.get('bucket') ?? 300_000),
  price: Number(query.get('price') ?? 2000),
  bins: Number(query.get('bins') ?? 1200),
  gap: query.has('gap') ? [Math.round(columns * 0.3), Math.round(columns * 0.36)] : undefined,
})
if (query.has('gap'))
  Object.assign(data, {
    gaps: [{ channel: 'openInterest', from: data.from + (data.to - data.from) * 0.3, to: data.from + (data.to - data.from) * 0.36 }],
  })
if (query.has('nopanes')) Object.assign(data, { funding: [], openInterest: [] })
if (query.has('panes')) Object.assign(data, withPanes(data, query.has('gap')))
if (query.has('marks')) Object.assign(data, withMarks(data))
if (query.has('partial') && data.heat) data.heat.state.fill(2, Math.round(columns * 0.6), Math.round(columns * 0.63))

function Kit() {
  const [range, setRange] = useState('3d')
  const [on, setOn] = useState(true)
  const [limits, setLimits] = useState(suggestThreshold(data.heat))
  const domain = thresholdDomain(data.heat)
  return (
    <div style={{ padding: 24, display: 'grid', gap: 16, maxWidth: 760 }}>
      <Logo wordmark />
      <div style={{ display: 'flex', gap: 8, flexWrap: 'wrap', alignItems: 'center' }}>
        <Button variant="primary">Save layout</Button>
        <Button>Secondary</Button>
        <Button variant="ghost">Ghost</Button>
        <Button variant="danger">Danger</Button>
        <Button busy>Busy</Button>
        <Button disabled>Disabled</Button>
        <Button size="small">Small</Button>
        <SegmentedControl
          label="Range"
          options={['12h', '1d', '3d', '7d', '30d'].map((value) => ({ value }))}
          value={range}
          onChange={setRange}
        />
        <Toggle label="Switch" checked={on} onChange={setOn} />
        <ToggleButton label="Heat" pressed={on} onChange={setOn} />
      </div>
      <DualRange
        label="Threshold"
        {...domain}
        low={limits.lowUsd}
        high={limits.highUsd}
        onChange={(lowUsd, highUsd) => setLimits({ lowUsd, highUsd })}
        palette={(query.get('palette') ?? 'twin') as Palette}
        histogram={data.heat ? histogramBars(histogramOf(data.heat, data.from, data.to, 1, 1e6), domain.min, domain.max) : undefined}
      />
      <div style={{ display: 'flex', gap: 8, flexWrap: 'wrap' }}>
        <Badge>neutral</Badge>
        <Badge tone="accent">Estimated, not exact</Badge>
        <Badge tone="ok">ok</Badge>
        <Badge tone="warn">Elevated</Badge>
        <Badge tone="err">failed</Badge>
        <Badge tone="long">longs</Badge>
        <Badge tone="short">shorts</Badge>
        <LiveBadge dataTime={1e12} bucketMs={60_000} now={1e12 + 2100} />
        <LiveBadge dataTime={1e12} bucketMs={60_000} now={1e12 + 105_000} />
        <LiveBadge dataTime={1e12} bucketMs={60_000} now={1e12 + 400_000} />
        <LiveBadge dataTime={1e12} bucketMs={60_000} now={1e12 + 9e9} historic />
      </div>
      <Panel title="Sign in" actions={<Button size="small">Action</Button>}>
        <div style={{ display: 'grid', gap: 12 }}>
          <Field label="Email" type="email" defaultValue="someone@example.org" />
          <Field label="Password" type="password" error="Wrong email or password." errorTestId="form-error" hint="At least 12 characters" />
          <ErrorNote onRetry={() => {}} errorId="a1b2c3">
            The server does not answer.
          </ErrorNote>
        </div>
      </Panel>
    </div>
  )
}

function ProfileBench() {
  const price = data.candles.rows.at(-1)?.[4] ?? 1
  const axis = {
    priceLow: price * 0.88,
    priceHigh: price * 1.12,
    scale: query.get('scale') === 'log' ? ('log' as const) : ('linear' as const),
    top: 10,
    height: 468,
  }
  const shown = query
    .get('lev')
    ?.split('')
    .map((c) => c === '1')
  return (
    <div style={{ width: 208, height: 520, position: 'absolute' }}>
      <Profile data={query.has('nodata') ? null : profileOf(data)} theme={theme} axis={axis} leverageShown={shown} simulated />
    </div>
  )
}

const named = query.get('panes')
const shown = named === 'all' ? PANE_IDS : ((named?.split(',') ?? ['funding', 'interest']) as PaneId[])

function Chart(props: HeatmapProps) {
  const [panes, setPanes] = useState<readonly PaneState[]>(() => shown.map((id) => ({ id })))
  return <Heatmap {...props} panes={panes} onPanes={setPanes} />
}

const state = (query.get('state') ?? 'ready') as HeatmapProps['state']
createRoot(document.getElementById('host') as HTMLElement).render(
  query.has('kit') ? (
    <Kit />
  ) : query.has('profile') ? (
    <ProfileBench />
  ) : (
    <Chart
      data={query.has('nodata') ? null : query.has('noheat') ? { ...data, heat: null } : data}
      state={state}
      theme={theme}
      priceStyle={(query.get('price-style') ?? 'candles') as PriceStyle}
      heat={query.get('heat') !== '0'}
      priceScale={query.get('scale') === 'log' ? 'log' : 'linear'}
      loadingText="Loading 3 d at 5 m"
      emptyText="No clusters above $6M. Lower the threshold"
      emptyAction={<Button>Lower the threshold</Button>}
      error="The server does not answer. Check that it is running."
      errorId="a1b2c3"
      onRetry={() => {}}
    />
  ),
)
