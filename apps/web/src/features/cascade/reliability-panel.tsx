'use client'
import { formatPercent } from '@faultline/ui/format'
import { Panel } from '@faultline/ui/react/panel'
import { useQuery } from '@tanstack/react-query'
import { Info, TriangleAlert } from 'lucide-react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import type { ScoreSummary } from '../score/server/schema.ts'
import { formatCount } from '../shell/prepare/format.ts'

const text = messages.cascade.reliability

/** What the live probabilities of cascades were worth so far. */
export function ReliabilityPanel({ instrument }: { instrument: string }) {
  const trpc = useTRPC()
  const { data, isError } = useQuery(trpc.score.summary.queryOptions({ instrument, horizon: '1h' }))
  return (
    <Panel title={text.title}>
      {/* as high as the shortest answer, so that what stands under it stays */}
      <div className="min-h-[118px]">
        {data ? <Reliability score={data} /> : <p className="text-t3">{isError ? text.failed : text.loading}</p>}
      </div>
      <h3 className="mt-4 flex items-center gap-2 font-semibold">
        <Info size={14} aria-hidden="true" className="flex-none text-accfg" />
        {messages.estimated.title}
      </h3>
      <p className="mt-1 leading-[18px] text-t2">{messages.estimated.why}</p>
    </Panel>
  )
}

/** Of a score that is there. Few days say nothing, and nothing is shown of them. */
export function Reliability({ score }: { score: ScoreSummary }) {
  const { enough, moreDays, reliability, brier, brierSkill } = score
  if (!enough || reliability.length === 0)
    return (
      <>
        <p className="font-semibold">{text.none}</p>
        <p className="mt-1 leading-[18px] text-t2">{enough ? text.noForecasts : text.noneLead(formatCount(moreDays))}</p>
        <p className="mt-2 leading-[18px] text-t3">{text.lead}</p>
      </>
    )
  const count = reliability.reduce((sum, bin) => sum + bin.count, 0)
  return (
    <>
      <p className="mb-3 leading-[18px] text-t2">{text.lead}</p>
      <Diagram bins={reliability} />
      <dl className="mt-3 grid grid-cols-[1fr_auto] gap-y-1.5">
        <dt className="text-t2">{text.scored}</dt>
        <dd className="font-semibold">{formatCount(count)}</dd>
        <dt className="text-t2">{text.brier}</dt>
        <dd className="font-semibold">{brier === null ? '–' : brier.toFixed(3)}</dd>
        <dt className="text-t2">{text.skill}</dt>
        <dd className="font-semibold">{brierSkill === null ? '–' : formatPercent(brierSkill, { sign: true, decimals: 0 })}</dd>
      </dl>
      {brierSkill !== null && brierSkill <= 0 && (
        <p className="mt-3 flex gap-2 rounded-lg border border-line2 bg-s2 p-3 leading-[18px]">
          <TriangleAlert size={14} aria-hidden="true" className="mt-0.5 flex-none text-warn" />
          {text.worse}
        </p>
      )}
    </>
  )
}

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [264, 168, 34, 18] as const
const percent = (share: number): string => formatPercent(share, { decimals: 0 })

function Diagram({ bins }: { bins: ScoreSummary['reliability'] }) {
  const x = (share: number) => LEFT + share * (WIDTH - LEFT - 4)
  const y = (share: number) => 4 + (1 - share) * (HEIGHT - BOTTOM - 4)
  const points = bins.map((bin) => text.point(percent(bin.forecast), percent(bin.observed), formatCount(bin.count)))
  return (
    <figure>
      <figcaption className="text-[11px] text-t3">{text.diagram}</figcaption>
      <svg
        role="img"
        aria-label={`${text.diagram}: ${points.join('; ')}`}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className="mt-1 block w-full max-w-[340px]"
      >
        <rect x={x(0)} y={y(1)} width={x(1) - x(0)} height={y(0) - y(1)} className="fill-heatbg" />
        <line x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} className="stroke-t3" strokeDasharray="3 3" />
        {[0, 0.5, 1].map((share) => (
          <g key={share} className="fill-t3 text-[10px]">
            <text x={LEFT - 6} y={y(share) + 3.5} textAnchor="end">
              {percent(share)}
            </text>
            <text x={x(share)} y={HEIGHT - 3} textAnchor={share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}>
              {percent(share)}
            </text>
          </g>
        ))}
        {bins.map((bin, i) => (
          <circle key={bin.from} cx={x(bin.forecast)} cy={y(bin.observed)} r={4} className="fill-accfg stroke-s1">
            <title>{points[i]}</title>
          </circle>
        ))}
      </svg>
      <div aria-hidden="true" className="mt-1 flex max-w-[340px] justify-between text-[11px] text-t3">
        <span>{text.forecast}</span>
        <span>{text.observed}</span>
      </div>
    </figure>
  )
}
