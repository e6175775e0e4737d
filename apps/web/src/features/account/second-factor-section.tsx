'use client'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Panel } from '@faultline/ui/react/panel'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { toast } from '../shell/toasts.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'
import { FEW_RECOVERY_CODES, RECOVERY_CODES } from './prepare/recovery-codes.ts'
import { RecoveryCodes } from './recovery-codes.tsx'
import { SecondFactorSetUp } from './second-factor-set-up.tsx'
import { ConfirmForm, LinesSkeleton, LoadFailed } from './section-parts.tsx'

const text = messages.security.factor

type Step =
  | { at: 'rest' }
  | { at: 'setUp'; secret: string; qr: string }
  | { at: 'codes'; codes: string[] }
  | { at: 'renew' }
  | { at: 'turnOff' }

export function SecondFactorSection() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { data, error, refetch } = useQuery(trpc.account.security.queryOptions())
  const begin = useMutation(trpc.account.beginSecondFactor.mutationOptions())
  const confirm = useMutation(trpc.account.confirmSecondFactor.mutationOptions())
  const renew = useMutation(trpc.account.renewRecoveryCodes.mutationOptions())
  const disable = useMutation(trpc.account.disableSecondFactor.mutationOptions())
  const [step, setStep] = useState<Step>({ at: 'rest' })
  const rest = () => setStep({ at: 'rest' })
  const router = useRouter()
  const refresh = () => {
    // the frame says how many recovery codes are left, too
    router.refresh()
    return queryClient.invalidateQueries({ queryKey: trpc.account.security.queryKey() })
  }

  const content = () => {
    if (error && !data) return <LoadFailed error={error} onRetry={refetch} />
    if (!data) return <LinesSkeleton lines={2} />
    if (step.at === 'codes') return <RecoveryCodes codes={step.codes} onKept={rest} />
    const { secondFactor, hasPassword } = data
    if (step.at === 'setUp')
      return (
        <SecondFactorSetUp
          secret={step.secret}
          qr={step.qr}
          onCancel={rest}
          onCode={async (code) => {
            const { recoveryCodes } = await confirm.mutateAsync({ code })
            setStep({ at: 'codes', codes: recoveryCodes })
            toast(text.enabled)
            await refresh()
          }}
        />
      )
    if (!secondFactor)
      return (
        <>
          <p className="max-w-[60ch] text-t2">{text.lead}</p>
          {begin.error && <ErrorNote className="mt-3">{refusalOf(begin.error, messages.errors.noAnswer).message}</ErrorNote>}
          <Button
            size="large"
            className="mt-4"
            busy={begin.isPending}
            onClick={() => begin.mutate(undefined, { onSuccess: (made) => setStep({ at: 'setUp', ...made }) })}
          >
            {text.setUp}
          </Button>
        </>
      )
    const left = secondFactor.recoveryCodesLeft
    return (
      <>
        <p className={left <= FEW_RECOVERY_CODES ? 'font-medium text-warn' : 'text-t2'}>{text.left(left, RECOVERY_CODES)}</p>
        <div className="mt-4">
          {step.at === 'rest' && (
            <div className="flex flex-wrap gap-2">
              <Button size="large" onClick={() => setStep({ at: 'renew' })}>
                {text.renew}
              </Button>
              <Button size="large" onClick={() => setStep({ at: 'turnOff' })}>
                {text.turnOff}
              </Button>
            </div>
          )}
          {step.at === 'renew' && (
            <ConfirmForm
              lead={text.renewLead}
              submit={text.renewSubmit}
              onCancel={rest}
              onSubmit={async ({ code }) => {
                const { recoveryCodes } = await renew.mutateAsync({ code })
                setStep({ at: 'codes', codes: recoveryCodes })
                await refresh()
              }}
            />
          )}
          {step.at === 'turnOff' && (
            <ConfirmForm
              lead={text.turnOffLead}
              password={hasPassword}
              submit={text.turnOffSubmit}
              danger
              onCancel={rest}
              onSubmit={async (given) => {
                await disable.mutateAsync(given)
                rest()
                toast(text.disabled)
                await refresh()
              }}
            />
          )}
        </div>
      </>
    )
  }

  return (
    <Panel
      title={text.title}
      actions={data && <Badge tone={data.secondFactor ? 'ok' : 'neutral'}>{data.secondFactor ? text.on : text.off}</Badge>}
    >
      {content()}
    </Panel>
  )
}
