'use client'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Panel } from '@faultline/ui/react/panel'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount, formatDate } from '../shell/prepare/format.ts'
import { refusalOf } from '../sources/prepare/refusal.ts'
import type { MyPlan } from './server/mine.ts'

const text = messages.plans
const limit = (count: number | null): string => (count === null ? text.unlimited : formatCount(count))

/** On the account page: which plan one has, until when, and what it allows. */
export function PlanSection() {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.plans.mine.queryOptions())
  return (
    <Panel title={text.title}>
      {error && !data && (
        <ErrorNote onRetry={() => void refetch()}>
          {text.failed} {refusalOf(error, messages.errors.noAnswer).message}
        </ErrorNote>
      )}
      {data ? (
        <PlanFacts plan={data} />
      ) : (
        !error && (
          <p role="status" className="text-t3">
            {text.loading}
          </p>
        )
      )}
    </Panel>
  )
}

export function PlanFacts({ plan }: { plan: MyPlan }) {
  const { facts } = text
  return (
    <>
      {plan.administrator && <p className="mb-3 text-t2">{text.administrator}</p>}
      <dl className="grid max-w-md grid-cols-[auto_1fr] gap-x-4 gap-y-2">
        <Fact name={facts.plan}>
          {plan.name} <span className="font-normal text-t3">{plan.until === null ? text.forever : text.until(formatDate(plan.until))}</span>
        </Fact>
        <Fact name={facts.ranges}>{plan.ranges.join(' ')}</Fact>
        <Fact name={facts.markets}>{plan.baseAssets === null ? text.allMarkets : plan.baseAssets.join(', ')}</Fact>
        <Fact name={facts.api}>{plan.api ? text.yes : text.no}</Fact>
        {(['alertRules', 'savedItems', 'teams', 'teamMembers', 'shareLinks'] as const).map((name) => (
          <Fact key={name} name={facts[name]}>
            {limit(plan[name])}
          </Fact>
        ))}
      </dl>
    </>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt className="text-t3">{name}</dt>
    <dd className="text-right font-medium [overflow-wrap:anywhere]">{children}</dd>
  </>
)
