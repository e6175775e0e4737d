'use client'
import type { Comment } from '@faultline/db/repositories/comments'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useMutation } from '@tanstack/react-query'
import { Pencil, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { toast } from '../shell/toasts.tsx'
import { CommentForm } from './comment-form.tsx'
import { PersonMark } from './person-mark.tsx'
import { agoOf, problemOf } from './prepare/words.ts'

const text = messages.teams.comments

export interface CommentItemProps {
  comment: Comment
  now: number
  /** the reader wrote it */
  own: boolean
  /** the reader owns the team, or the item */
  mayRemove: boolean
  onChanged: () => Promise<unknown>
}

/** One comment, and for those who may, changing it and taking it away. */
export function CommentItem({ comment, now, own, mayRemove, onChanged }: CommentItemProps) {
  const trpc = useTRPC()
  const edit = useMutation(trpc.comments.edit.mutationOptions())
  const remove = useMutation(trpc.comments.remove.mutationOptions())
  const [state, setState] = useState<'shown' | 'editing' | 'removing'>('shown')
  const who = comment.author ?? text.former
  const back = () => setState('shown')
  if (state === 'editing') {
    const send = async (body: string) => {
      await edit.mutateAsync({ id: comment.id, body })
      await onChanged()
      back()
    }
    return (
      <li>
        <CommentForm label={text.editOf(who)} first={comment.body} action={text.save} acting={text.sending} onSend={send}>
          <Button onClick={back}>{text.cancel}</Button>
        </CommentForm>
      </li>
    )
  }
  const removeNow = async () => {
    await remove.mutateAsync({ id: comment.id }).then(
      async () => {
        toast(text.removed)
        await onChanged()
      },
      () => {
        // said below
      },
    )
  }
  return (
    <CommentView comment={comment} now={now} own={own}>
      {remove.error && <ErrorNote data-testid="form-error">{problemOf(remove.error)}</ErrorNote>}
      {state === 'removing' ? (
        <div className="flex gap-2">
          <Button size="small" variant="danger" busy={remove.isPending} onClick={() => void removeNow()}>
            {text.removeSure}
          </Button>
          <Button size="small" onClick={back}>
            {text.keep}
          </Button>
        </div>
      ) : (
        (own || mayRemove) && (
          <div className="-ml-2 flex gap-1">
            {own && (
              <Button
                size="small"
                variant="ghost"
                aria-label={text.editOf(who)}
                icon={<Pencil size={12} />}
                onClick={() => setState('editing')}
              >
                {text.edit}
              </Button>
            )}
            <Button
              size="small"
              variant="ghost"
              aria-label={text.removeOf(who)}
              icon={<Trash2 size={12} />}
              onClick={() => setState('removing')}
            >
              {text.remove}
            </Button>
          </div>
        )
      )}
    </CommentView>
  )
}

/** Who, when and what: text with its line breaks, and nothing else. */
export function CommentView({ comment, now, own, children }: Omit<CommentItemProps, 'mayRemove' | 'onChanged'> & { children?: ReactNode }) {
  const { author, authorId, body, createdAt, editedAt } = comment
  return (
    <li className="flex gap-3">
      <PersonMark id={authorId ?? ''} name={author ?? ''} />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <bdi className="max-w-full truncate font-semibold text-t1">{author ?? text.former}</bdi>
          {own && <span className="text-t3">{text.you}</span>}
          <time dateTime={new Date(createdAt).toISOString()} className="text-[11px] text-t3">
            {agoOf(createdAt, now)}
          </time>
          {editedAt !== null && <span className="text-[11px] text-t3">{text.edited}</span>}
        </p>
        <p dir="auto" className="text-[13px] leading-5 whitespace-pre-wrap text-t1 [overflow-wrap:anywhere]">
          {body}
        </p>
        {children}
      </div>
    </li>
  )
}
