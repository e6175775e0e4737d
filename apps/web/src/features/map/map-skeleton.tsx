import { messages } from '../../messages.ts'

/** Bars of no height in particular: the place of the picture, and that it is on its way. */
export const MapSkeleton = () => (
  <div className="fl-heatmap-cover" role="status">
    <span className="sr-only">{messages.map.loading}</span>
    <div aria-hidden="true" className="absolute inset-x-16 bottom-10 flex h-1/2 items-end gap-px">
      {SKELETON.map(({ key, height }) => (
        <span key={key} className="flex-1 bg-s2" style={{ height: `${height}%` }} />
      ))}
    </div>
  </div>
)
const SKELETON = Array.from({ length: 40 }, (_, i) => ({
  key: `bar${i}`,
  height: 12 + 70 * Math.abs(Math.sin(i * 0.9) * Math.cos(i * 0.23)),
}))

export const RailSkeleton = () => (
  <div aria-hidden="true" className="flex flex-col gap-3 p-4">
    {[64, 120, 150, 200].map((height) => (
      <span key={height} className="rounded-md bg-s2" style={{ height }} />
    ))}
  </div>
)
