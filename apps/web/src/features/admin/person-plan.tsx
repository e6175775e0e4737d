'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { toast } from '../shell/toasts.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'
import { Choice } from '../teams/confirm.tsx'
import { usePeopleRefresh } from './person-act.tsx'
import { dayEnd, dayOf } from './prepare/days.ts'
import type { PersonDetail } from './server/people.ts'
import type { PlanItem } from './server/plans.ts'

const text = messages.admin.person

/** The plan of a person, and until when. */
export function PersonPlan({ person, plans }: { person: PersonDetail; plans: readonly PlanItem[] }) {
  const trpc = useTRPC()
  const refresh = usePeopleRefresh()
  const [plan, setPlan] = useState(person.planKey)
  const [day, setDay] = useState(person.planUntil === null ? '' : dayOf(person.planUntil - 1))
  const [problem, setProblem] = useState<string | null>(null)
  const grant = useMutation({
    ...trpc.admin.people.grantPlan.mutationOptions(),
    onSuccess: async () => {
      toast(text.granted(plans.find(({ key }) => key === plan)?.name ?? plan))
      await refresh()
    },
  })
  const error = problem ?? (grant.error && refusalOf(grant.error, messages.errors.noAnswer).message)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (grant.isPending) return
    const until = day === '' ? null : dayEnd(day)
    if (until === undefined || (until !== null && until <= Date.now())) return setProblem(text.badDay)
    setProblem(null)
    grant.mutate({ id: person.id, plan, until })
  }
  return (
    <section aria-label={text.planTitle}>
      <h3 className="mb-2 text-[13px] font-semibold">{text.planTitle}</h3>
      <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-3">
        <div className="grid gap-3 phone:grid-cols-2">
          <Choice
            label={text.planTitle}
            value={plan}
            options={plans.map(({ key, name }) => ({ value: key, label: name }))}
            onChange={setPlan}
          />
          <Field
            label={text.planUntil}
            type="date"
            hint={text.planUntilHint}
            value={day}
            onChange={(event) => setDay(event.target.value)}
          />
        </div>
        {error && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
        <Button type="submit" className="self-start max-phone:h-10" busy={grant.isPending}>
          {text.grant}
        </Button>
      </form>
    </section>
  )
}
