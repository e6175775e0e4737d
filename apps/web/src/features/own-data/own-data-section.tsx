'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { Panel } from '@faultline/ui/react/panel'
import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { saveBlob } from '../export/save-file.ts'
import { JoiningForm } from '../joining/joining-form.tsx'
import { problemWords } from '../joining/prepare/problem-words.ts'
import { toast } from '../shell/toasts.tsx'
import { useHydrated } from '../shell/use-hydrated.ts'

const text = messages.joining.data

/** All that is one's own: as a file, and its end. */
export function OwnDataSection() {
  return (
    <Panel title={text.title}>
      <ExportOwnData />
      <hr className="my-4 border-line" />
      <DeleteAccount />
    </Panel>
  )
}

function ExportOwnData() {
  const hydrated = useHydrated()
  const gather = useMutation(useTRPC().ownData.export.mutationOptions())
  const download = () =>
    gather.mutate(undefined, {
      onSuccess: ({ json }) => {
        saveBlob(new Blob([json], { type: 'application/json' }), text.fileName(new Date().toISOString().slice(0, 10)))
        toast(text.exported)
      },
    })
  return (
    <div className="flex max-w-[60ch] flex-col items-start gap-3">
      <p className="text-t2">{text.exportLead}</p>
      {gather.error && <ErrorNote>{problemWords(gather.error)}</ErrorNote>}
      <Button size="large" icon={<Download size={14} />} busy={gather.isPending} disabled={!hydrated} onClick={download}>
        {gather.isPending ? text.exporting : text.export}
      </Button>
    </div>
  )
}

function DeleteAccount() {
  const hydrated = useHydrated()
  const [isOpen, setOpen] = useState(false)
  const remove = useMutation(useTRPC().ownData.remove.mutationOptions())
  return (
    <section aria-labelledby="delete-account" className="flex max-w-[60ch] flex-col items-start gap-3">
      <h3 id="delete-account" className="font-semibold">
        {text.deleteTitle}
      </h3>
      <p className="text-t2">{text.deleteLead}</p>
      {isOpen ? (
        <JoiningForm
          className="w-full max-w-sm"
          submit={text.submit}
          pending={text.deleting}
          missing={text.missing}
          required={['email', 'password']}
          variant="danger"
          fitted
          aside={
            <Button size="large" onClick={() => setOpen(false)}>
              {text.keep}
            </Button>
          }
          onSubmit={async ({ email = '', password = '' }) => {
            await remove.mutateAsync({ email, password })
            // the cookie is worth nothing any more; the whole page is loaded anew, so that nothing of it stays in memory
            location.assign('/sign-in')
          }}
        >
          <Field label={text.typeEmail} name="email" type="email" autoComplete="off" autoFocus required />
          <Field label={text.password} name="password" type="password" autoComplete="current-password" required />
        </JoiningForm>
      ) : (
        <Button variant="danger" size="large" disabled={!hydrated} onClick={() => setOpen(true)}>
          {text.open}
        </Button>
      )}
    </section>
  )
}
