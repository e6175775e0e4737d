/** What the benchmark drives from outside: window.bench. One page shows one chart. */
import { syntheticData } from '../../../../packages/ui/test/page/synthetic.ts'
import { withPanes } from '../../../../packages/ui/test/page/synthetic-panes.ts'
import type { Peer } from './peer.ts'

const PEERS: Readonly<Record<string, () => Promise<Peer>>> = {
  faultline: async () => (await import('./faultline.ts')).faultline(),
  'faultline without heat': async () => (await import('./faultline.ts')).faultline(false),
  'echarts line': async () => (await import('./echarts-peers.ts')).echartsLine(),
  'echarts heatmap': async () => (await import('./echarts-peers.ts')).echartsHeatmap(),
  plotly: async () => (await import('./plotly.ts')).plotly(),
  'lightweight-charts': async () => (await import('./lightweight.ts')).lightweight(),
  uplot: async () => (await import('./uplot.ts')).uplot(),
}

export interface Bench {
  /** the data are made, and the library is loaded; nothing is drawn */
  load(peer: string, columns: number, bins: number): Promise<void>
  /** ms from data to the first picture */
  first(): Promise<number>
  /** ms of main thread for each step of each kind */
  frames(steps: number): Promise<Record<'pan' | 'zoom' | 'whole', number[]>>
  heat(on: boolean): void
  recolour(times: number): Promise<number[]>
}

// Charts that draw in an animation frame draw in ours: what is timed is work, not waiting for the screen.
const queue: FrameRequestCallback[] = []
window.requestAnimationFrame = (callback) => queue.push(callback)
window.cancelAnimationFrame = (id) => {
  queue[id - 1] = () => {}
}

async function settle(host: HTMLElement): Promise<void> {
  for (let round = 0; round < 6; round++) {
    await Promise.resolve()
    const due = queue.splice(0)
    if (due.length === 0 && round > 1) break
    for (const callback of due) callback(performance.now())
  }
  // Reading a pixel back waits until the canvas has really been drawn.
  for (const canvas of host.querySelectorAll('canvas')) canvas.getContext('2d')?.getImageData(0, 0, 1, 1)
}

const host = document.getElementById('host') as HTMLElement
let peer: Peer
let data: ReturnType<typeof syntheticData>

const timed = async (act: () => void | Promise<void>): Promise<number> => {
  const start = performance.now()
  await act()
  await settle(host)
  return performance.now() - start
}

const bench: Bench = {
  async load(name, columns, bins) {
    const make = PEERS[name]
    if (!make) throw new Error(`no peer ${name}`)
    data = withPanes(syntheticData({ columns, resolutionMs: 300_000, bins }))
    peer = await make()
  },
  first: () => timed(() => peer.open(host, data)),
  async frames(steps) {
    const { from, to } = data
    const span = to - from
    const out: Record<'pan' | 'zoom' | 'whole', number[]> = { pan: [], zoom: [], whole: [] }
    for (let i = 0; i < steps; i++)
      out.pan.push(await timed(() => peer.show(from + ((i % 20) / 40) * span, from + ((i % 20) / 40 + 0.5) * span)))
    for (let i = 0; i < steps; i++) out.zoom.push(await timed(() => peer.show(from + ((i % 20) / 44) * span, to)))
    for (let i = 0; i < steps; i++) out.whole.push(await timed(() => peer.show(from + (i % 2) * 300_000, to)))
    return out
  },
  heat: (on) => peer.heat?.(on),
  async recolour(times) {
    const out: number[] = []
    for (let i = 0; i < times; i++) out.push(await timed(() => peer.recolour?.(i)))
    return out
  },
}

declare global {
  interface Window {
    bench: Bench
  }
}
window.bench = bench
