'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { Panel } from '@faultline/ui/react/panel'
import { Toggle } from '@faultline/ui/react/toggle'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { RANGE_NAMES } from '../heatmap/prepare/ranges.ts'
import { formatCount } from '../shell/prepare/format.ts'
import { toast } from '../shell/toasts.tsx'
import { useHydrated } from '../shell/use-hydrated.ts'
import { refusalOf } from '../sources/prepare/refusal.ts'
import { AdminFrame } from './admin-frame.tsx'
import { fieldsOf, LIMITS, type PlanFields, readFields } from './prepare/plan-form.ts'
import type { PlanItem } from './server/plans.ts'
import { TableSkeleton } from './table.tsx'

const text = messages.admin.plans

/** What each plan allows. */
export function PlansPage() {
  const trpc = useTRPC()
  const { data: plans, error, refetch } = useQuery({ ...trpc.admin.plans.list.queryOptions(), staleTime: 0 })
  return (
    <AdminFrame page="plans" title={text.title}>
      <p className="text-t2">{text.lead}</p>
      {error && (
        <ErrorNote onRetry={() => void refetch()}>
          {plans ? messages.admin.outdated : messages.admin.failed} {refusalOf(error, messages.errors.noAnswer).message}
        </ErrorNote>
      )}
      {plans ? (
        <div className="grid items-start gap-3 wide:grid-cols-2">
          {plans.map((plan) => (
            <PlanForm key={plan.key} plan={plan} />
          ))}
        </div>
      ) : (
        !error && <TableSkeleton label={messages.admin.loading} />
      )}
    </AdminFrame>
  )
}

function PlanForm({ plan }: { plan: PlanItem }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const hydrated = useHydrated()
  const [fields, setFields] = useState<PlanFields>(() => fieldsOf(plan))
  const [problem, setProblem] = useState<string | null>(null)
  const update = useMutation({
    ...trpc.admin.plans.update.mutationOptions(),
    onSuccess: async (_, { name }) => {
      toast(text.changed(name))
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: trpc.admin.plans.pathKey() }),
        queryClient.invalidateQueries({ queryKey: trpc.plans.pathKey() }),
      ])
    },
  })
  const set = (change: Partial<PlanFields>) => setFields((now) => ({ ...now, ...change }))
  const error = problem ?? (update.error && refusalOf(update.error, messages.errors.noAnswer).message)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (update.isPending) return
    const read = readFields(fields)
    setProblem('problem' in read ? read.problem : null)
    update.reset()
    if ('terms' in read) update.mutate({ key: plan.key, ...read.terms })
  }
  return (
    <Panel title={plan.name} actions={<span className="text-t3">{text.people(formatCount(plan.people))}</span>}>
      <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label={text.name}
          value={fields.name}
          maxLength={200}
          onChange={(event) => set({ name: event.target.value })}
          className="max-w-xs"
        />
        <fieldset className="min-w-0">
          <legend className="fl-field-label mb-1.5">{text.ranges}</legend>
          <div className="flex flex-wrap gap-x-4 gap-y-2">
            {RANGE_NAMES.map((range) => (
              <label key={range} className="flex min-h-7 cursor-pointer items-center gap-1.5 font-medium text-t1 max-phone:min-h-10">
                <input
                  type="checkbox"
                  checked={fields.ranges.includes(range)}
                  onChange={(event) =>
                    set({ ranges: event.target.checked ? [...fields.ranges, range] : fields.ranges.filter((name) => name !== range) })
                  }
                  className="size-4 accent-acc"
                />
                {range}
              </label>
            ))}
          </div>
          <p className="fl-field-hint mt-1">{text.rangesHint}</p>
        </fieldset>
        <fieldset className="min-w-0">
          <legend className="fl-field-label mb-1.5">{text.markets}</legend>
          <div className="flex flex-wrap gap-x-4 gap-y-2">
            {([true, false] as const).map((all) => (
              <label key={String(all)} className="flex min-h-7 cursor-pointer items-center gap-1.5 font-medium text-t1 max-phone:min-h-10">
                <input
                  type="radio"
                  name={`markets-${plan.key}`}
                  checked={fields.allMarkets === all}
                  onChange={() => set({ allMarkets: all })}
                  className="size-4 accent-acc"
                />
                {all ? text.allMarkets : text.someMarkets}
              </label>
            ))}
          </div>
        </fieldset>
        {!fields.allMarkets && (
          <Field
            label={text.coins}
            hint={text.coinsHint}
            value={fields.coins}
            onChange={(event) => set({ coins: event.target.value })}
            autoComplete="off"
            spellCheck={false}
          />
        )}
        <Toggle label={text.api} checked={fields.api} onChange={(api) => set({ api })} />
        <fieldset className="min-w-0">
          <legend className="fl-field-label mb-1.5">
            {text.numbers} <span className="font-normal text-t3">{text.numbersHint}</span>
          </legend>
          <div className="grid grid-cols-2 gap-3 phone:grid-cols-3">
            {LIMITS.map((limit) => (
              <Field
                key={limit}
                label={text.fields[limit]}
                inputMode="numeric"
                placeholder={text.unlimited}
                value={fields.limits[limit]}
                onChange={(event) => set({ limits: { ...fields.limits, [limit]: event.target.value } })}
                autoComplete="off"
              />
            ))}
          </div>
        </fieldset>
        {error && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
        <Button type="submit" variant="primary" size="large" busy={update.isPending} disabled={!hydrated} className="self-start">
          {update.isPending ? messages.admin.saving : messages.admin.save}
        </Button>
      </form>
    </Panel>
  )
}
