'use client'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Panel } from '@faultline/ui/react/panel'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { toast } from '../shell/toasts.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'
import { Choice } from '../teams/confirm.tsx'
import { AdminFrame } from './admin-frame.tsx'
import { RetentionForm } from './retention-form.tsx'
import type { InstallationSettings } from './server/settings.ts'
import { TableSkeleton } from './table.tsx'

const text = messages.admin.settings
const MODES = ['open', 'invitation', 'closed'] as const

export function SettingsPage() {
  const trpc = useTRPC()
  const { data: settings, error, refetch } = useQuery({ ...trpc.admin.settings.read.queryOptions(), staleTime: 0 })
  return (
    <AdminFrame page="settings" title={text.title}>
      {error && (
        <ErrorNote onRetry={() => void refetch()}>
          {settings ? messages.admin.outdated : messages.admin.failed} {refusalOf(error, messages.errors.noAnswer).message}
        </ErrorNote>
      )}
      {settings ? (
        <div className="grid items-start gap-3 wide:grid-cols-2">
          <Panel title={text.signUp}>
            <SignUpForm settings={settings} />
          </Panel>
          <Panel title={text.environment}>
            <Environment settings={settings} />
          </Panel>
          <Panel title={text.retention} className="wide:col-span-2">
            <p className="mb-2 max-w-3xl text-t2">{text.retentionLead}</p>
            <div className="grid gap-x-8 wide:grid-cols-2">
              {settings.retention.map(({ kind, days }) => (
                <RetentionForm key={`${kind} ${days}`} kind={kind} days={days} />
              ))}
            </div>
          </Panel>
        </div>
      ) : (
        !error && <TableSkeleton label={messages.admin.loading} />
      )}
    </AdminFrame>
  )
}

function SignUpForm({ settings }: { settings: InstallationSettings }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [mode, setMode] = useState(settings.signUp.mode)
  const [defaultPlan, setDefaultPlan] = useState(settings.signUp.defaultPlan)
  const save = useMutation({
    ...trpc.admin.settings.setSignUp.mutationOptions(),
    onSuccess: async () => {
      toast(messages.admin.saved)
      await queryClient.invalidateQueries({ queryKey: trpc.admin.settings.pathKey() })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!save.isPending) save.mutate({ mode, defaultPlan })
  }
  return (
    <form method="post" onSubmit={submit} className="flex flex-col gap-4">
      <p className="text-t2">{text.signUpLead}</p>
      <fieldset className="flex min-w-0 flex-col gap-1">
        <legend className="sr-only">{text.signUp}</legend>
        {MODES.map((value) => (
          <label key={value} className="flex cursor-pointer items-start gap-2.5 rounded-md py-1.5">
            <input
              type="radio"
              name="mode"
              checked={mode === value}
              onChange={() => setMode(value)}
              className="mt-px size-4 flex-none accent-acc"
            />
            <span>
              <span className="font-semibold text-t1">{text.modes[value]}</span>
              <span className="block text-t3">{text.modeWhy[value]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Choice
        label={text.defaultPlan}
        value={defaultPlan}
        options={settings.plans.map(({ key, name }) => ({ value: key, label: name }))}
        onChange={setDefaultPlan}
      />
      {save.error && <ErrorNote data-testid="form-error">{refusalOf(save.error, messages.errors.noAnswer).message}</ErrorNote>}
      <Button type="submit" variant="primary" size="large" busy={save.isPending} className="self-start">
        {save.isPending ? messages.admin.saving : messages.admin.save}
      </Button>
    </form>
  )
}

/** What is set where the server is started: shown, not changed. */
function Environment({ settings }: { settings: InstallationSettings }) {
  return (
    <>
      <p className="mb-3 text-t2">{text.environmentLead}</p>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2.5">
        <Fact name={text.publicUrl}>{settings.publicUrl}</Fact>
        <Fact name={text.mail}>
          <Badge tone={settings.mail ? 'ok' : 'warn'}>{settings.mail ? text.mailOn : text.mailOff}</Badge>
        </Fact>
        <Fact name={text.embed}>
          <Badge tone="neutral">{settings.embed.open ? text.embedOn : text.embedOff}</Badge>
        </Fact>
        <Fact name={text.billing}>
          <Badge tone="neutral">{settings.billing ? text.billingOn : text.billingOff}</Badge>
        </Fact>
      </dl>
    </>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt className="text-t3">{name}</dt>
    <dd className="min-w-0 font-medium [overflow-wrap:anywhere] [&_.fl-badge]:h-auto [&_.fl-badge]:whitespace-normal">{children}</dd>
  </>
)
