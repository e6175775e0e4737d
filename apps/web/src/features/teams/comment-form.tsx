'use client'
import { Button } from '@faultline/ui/react/button'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, type KeyboardEvent, type ReactNode, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { TextArea } from '../sources/text-area.tsx'
import { problemOf } from './prepare/words.ts'

const text = messages.teams.comments
/** The server has the last word; a form that knows it too need not ask. */
const LONGEST = 4_000

/** Text of several lines; Ctrl or ⌘ and Enter sends. What could not be sent stays. */
export function CommentForm({
  label,
  first = '',
  action,
  acting,
  autoFocus = false,
  onSend,
  children,
}: {
  label: string
  first?: string
  action: string
  acting: string
  autoFocus?: boolean
  onSend: (body: string) => Promise<unknown>
  /** further buttons */
  children?: ReactNode
}) {
  const [body, setBody] = useState(first)
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const send = async () => {
    if (busy) return
    const trimmed = body.trim()
    if (trimmed === '') return setError(text.missing)
    if (trimmed.length > LONGEST) return setError(text.tooLong(formatCount(trimmed.length)))
    setBusy(true)
    setError(null)
    try {
      await onSend(trimmed)
      setBody('')
    } catch (refused) {
      setError(problemOf(refused))
    }
    setBusy(false)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void send()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void send()
  }
  return (
    <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-2">
      <TextArea
        label={label}
        rows={3}
        dir="auto"
        value={body}
        placeholder={text.placeholder}
        onChange={(event) => setBody(event.target.value)}
        onKeyDown={onKeyDown}
        error={error}
        errorTestId="form-error"
        data-autofocus={autoFocus ? '' : undefined}
      />
      <div className="flex items-center justify-end gap-2">
        <span className="mr-auto hidden text-[11px] text-t3 phone:inline">{text.keys}</span>
        {children}
        <Button type="submit" variant="primary" busy={busy}>
          {busy ? acting : action}
        </Button>
      </div>
    </form>
  )
}

/** At the foot of the drawer. */
export function WriteComment({ itemId, onWritten }: { itemId: string; onWritten: () => Promise<unknown> }) {
  const trpc = useTRPC()
  const add = useMutation(trpc.comments.add.mutationOptions())
  const send = async (body: string) => {
    await add.mutateAsync({ id: itemId, body })
    await onWritten()
  }
  return (
    <div className="flex-none border-t border-line p-4">
      <CommentForm label={text.write} action={text.send} acting={text.sending} autoFocus onSend={send} />
    </div>
  )
}
