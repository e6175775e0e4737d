'use client'
import { Field } from '@faultline/ui/react/field'
import { Panel } from '@faultline/ui/react/panel'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { JoiningForm } from '../joining/joining-form.tsx'
import { toast } from '../shell/toasts.tsx'
import { useUser } from '../shell/user-context.tsx'

const text = messages.joining

export function NameSection() {
  const user = useUser()
  const router = useRouter()
  const rename = useMutation(useTRPC().ownData.rename.mutationOptions())
  return (
    <Panel title={text.nameSection.title}>
      <JoiningForm
        className="max-w-sm"
        submit={text.nameSection.submit}
        pending={text.nameSection.pending}
        missing={text.nameSection.missing}
        required={['name']}
        fitted
        variant="secondary"
        onSubmit={async ({ name = '' }) => {
          await rename.mutateAsync({ name })
          toast(text.nameSection.done)
          router.refresh()
        }}
      >
        <Field label={text.name} name="name" autoComplete="name" dir="auto" defaultValue={user.name} required hint={text.nameHint} />
      </JoiningForm>
    </Panel>
  )
}
