import type { EChartsOption } from 'echarts'
import {
  formatAmount,
  formatClock,
  formatDay,
  formatDayClock,
  formatFunding,
  formatPrice,
  formatUsd,
  priceDecimals,
  timeParts,
} from '../format.ts'
import { FONT_FAMILY } from '../tokens.ts'
import type { ChartLayout } from './layout.ts'
import { PANE, PANE_COUNT, type Scene } from './scene.ts'
import { axisStep, decimalsOfStep, niceStep, priceTicks } from './ticks.ts'

type Axis = NonNullable<EChartsOption['yAxis']>
const PANES = Array.from({ length: PANE_COUNT }, (_, i) => i)

/**
 * Axes, panes, crosshair and the one time zoom. Extents of the y axes are functions that read the scene, so that panning
 * and zooming is one dataZoom action and never a setOption.
 */
export function chartOption(scene: Scene, layout: ChartLayout): EChartsOption {
  const c = scene.colours
  const plots = [layout.heat, ...layout.plots]
  return {
    animation: false,
    useUTC: scene.zone === 'utc',
    textStyle: { fontFamily: FONT_FAMILY, fontSize: 11 },
    // outerBoundsMode: by default each pane would shrink for its own labels, and panes would not line up.
    grid: plots.map((r) => ({ left: r.x, top: r.y, width: r.width, height: r.height, outerBoundsMode: 'none' })),
    // Drawn on a canvas of its own (zlevel), so that a moving crosshair redraws nothing else.
    axisPointer: { link: [{ xAxisIndex: 'all' }], triggerOn: 'none', zlevel: 2 },
    xAxis: PANES.map((i) => timeAxis(scene, layout, i)),
    yAxis: [priceAxis(scene, layout), paneAxis(scene, PANE.funding), paneAxis(scene, PANE.interest)],
    dataZoom: [
      {
        type: 'inside',
        id: 'time',
        xAxisIndex: PANES,
        disabled: true, // gestures are ours: interaction.ts
        filterMode: 'none',
        startValue: scene.view.from,
        endValue: scene.view.to,
      },
    ],
    backgroundColor: 'transparent',
    color: [c.acc],
  }
}

/** Only the part that changes when prices move on a log axis, whose labels are chosen by us. */
export function priceTickOption(scene: Scene, layout: ChartLayout): EChartsOption {
  const { axisTick, axisLabel } = priceAxis(scene, layout) as { axisTick: object; axisLabel: object }
  return { yAxis: [{ axisTick, axisLabel }, {}, {}] as Axis }
}

function timeAxis(scene: Scene, layout: ChartLayout, pane: number) {
  const c = scene.colours
  const bottom = pane === PANE_COUNT - 1
  return {
    type: 'time' as const,
    gridIndex: pane,
    min: scene.from,
    max: scene.to,
    containShape: false, // else the axis is padded by half a bar, and heat and price no longer match
    splitNumber: layout.compact ? 3 : 6,
    axisLine: { show: bottom, onZero: false, lineStyle: { color: c.line } },
    axisTick: { show: false },
    splitLine: { show: true, showMinLine: false, showMaxLine: false, lineStyle: { color: c.line, opacity: 0.55 } },
    axisLabel: {
      show: bottom,
      hideOverlap: true,
      showMinLabel: false,
      showMaxLabel: false,
      margin: 7,
      color: c.t3,
      rich: { day: { color: c.t2, fontWeight: 600 as const, fontSize: 11 } },
      formatter: (time: number) => {
        const p = timeParts(time, scene.zone)
        return p.hour + p.minute === 0 ? `{day|${formatDay(time, scene.zone)}}` : formatClock(time, scene.zone)
      },
    },
    axisPointer: {
      show: true,
      snap: false,
      triggerTooltip: false,
      lineStyle: crosshairLine(scene),
      label: {
        ...crosshairLabel(scene),
        show: bottom,
        margin: 4,
        formatter: ({ value }: { value: unknown }) =>
          formatDayClock(Math.floor(Number(value) / scene.resolutionMs) * scene.resolutionMs, scene.zone),
      },
    },
  }
}

function priceAxis(scene: Scene, layout: ChartLayout) {
  const c = scene.colours
  const count = Math.max(3, Math.round(layout.heat.height / 70))
  const log = scene.scale === 'log'
  const ticks = log ? priceTicks(scene.view.priceLow, scene.view.priceHigh, count, 'log') : undefined
  return {
    type: log ? ('log' as const) : ('value' as const),
    gridIndex: PANE.heat,
    position: 'right' as const,
    min: () => scene.view.priceLow,
    max: () => scene.view.priceHigh,
    splitNumber: count,
    axisLine: { show: true, onZero: false, lineStyle: { color: c.line } },
    // The log axis' own ticks stand only at the ends of less than a decade.
    axisTick: { show: false, customValues: ticks },
    splitLine: { show: true, showMinLine: false, showMaxLine: false, lineStyle: { color: c.line, opacity: 0.55 } },
    axisLabel: {
      customValues: ticks,
      hideOverlap: true,
      showMinLabel: log ? undefined : false,
      showMaxLabel: log ? undefined : false,
      margin: 8,
      color: c.t3,
      fontSize: 11,
      formatter: (price: number) => {
        const span = scene.view.priceHigh - scene.view.priceLow
        const step = log ? niceStep(span / 2, count) : axisStep(span, count)
        return formatPrice(price, Math.min(priceDecimals(price), decimalsOfStep(step)))
      },
    },
    axisPointer: {
      show: true,
      snap: false,
      triggerTooltip: false,
      lineStyle: crosshairLine(scene),
      label: { ...crosshairLabel(scene), margin: 4, formatter: ({ value }: { value: unknown }) => formatPrice(Number(value)) },
    },
  }
}

/** Labels of the small panes stand in the overlay: two or three, at values chosen by us. */
function paneAxis(scene: Scene, pane: number) {
  const funding = pane === PANE.funding
  return {
    type: 'value' as const,
    gridIndex: pane,
    position: 'right' as const,
    min: () => (funding ? -scene.fundingPeak : scene.interest.low),
    max: () => (funding ? scene.fundingPeak : scene.interest.high),
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { show: false },
    splitLine: { show: false },
    axisPointer: {
      show: true,
      snap: false,
      triggerTooltip: false,
      lineStyle: crosshairLine(scene),
      label: {
        ...crosshairLabel(scene),
        margin: 4,
        formatter: ({ value }: { value: unknown }) =>
          funding ? formatFunding(Number(value)) : scene.interest.unit === 'usd' ? formatUsd(Number(value)) : formatAmount(Number(value)),
      },
    },
  }
}

const crosshairLine = (scene: Scene) => ({ color: scene.colours.t2, width: 1, type: [3, 3] })
const crosshairLabel = (scene: Scene) => ({
  show: true,
  backgroundColor: scene.colours.acc,
  color: scene.colours.accOn,
  fontSize: 11,
  fontWeight: 600 as const,
  padding: [4, 6],
  borderRadius: 4,
  shadowBlur: 0,
})
