'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { SegmentedControl } from '@faultline/ui/react/segmented-control'
import { Toggle } from '@faultline/ui/react/toggle'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Copy, Link2 } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { copyText } from '../export/copy-link.ts'
import { Dialog } from '../sources/dialog.tsx'
import { frameHtml } from './prepare/words.ts'
import { ShareLinkList } from './share-link-list.tsx'

const text = messages.share
const DAYS = [1, 7, 30, 90, 365]
const KINDS = (['live', 'frozen'] as const).map((value) => ({ value, label: text.kinds[value], title: text.kindsWhy[value] }))

/** Makes links to one saved view, and ends them. */
export function ShareDialog({ itemId, onClose }: { itemId: string; onClose: () => void }) {
  const trpc = useTRPC()
  const links = useQuery(trpc.share.list.queryOptions({ id: itemId }))
  return (
    <Dialog title={text.title} onClose={onClose}>
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto overscroll-contain p-4">
        <p className="text-t2">{text.lead}</p>
        <NewLink itemId={itemId} />
        <section aria-label={text.links} className="flex flex-col gap-2">
          <h3 className="text-[13px] leading-[18px] font-semibold">{text.links}</h3>
          <ShareLinkList links={links.data?.links ?? null} failed={links.isError} onRetry={() => void links.refetch()} empty={text.none} />
        </section>
      </div>
    </Dialog>
  )
}

function NewLink({ itemId }: { itemId: string }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [days, setDays] = useState(7)
  const [kind, setKind] = useState<'live' | 'frozen'>('live')
  const [embed, setEmbed] = useState(false)
  const id = useId()
  const create = useMutation(
    trpc.share.create.mutationOptions({ onSuccess: () => queries.invalidateQueries({ queryKey: trpc.share.pathKey() }) }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!create.isPending) create.mutate({ id: itemId, expiresInDays: days, frozen: kind === 'frozen', embed })
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 rounded-lg border border-line p-3">
      <div className="flex flex-wrap items-end gap-x-4 gap-y-3">
        <div className="flex flex-col gap-1">
          <label htmlFor={id} className="text-[11px] leading-[14px] text-t3">
            {text.expires}
          </label>
          <select id={id} value={days} onChange={(event) => setDays(Number(event.target.value))} className="app-select" data-autofocus>
            {DAYS.map((count) => (
              <option key={count} value={count}>
                {text.days(count)}
              </option>
            ))}
          </select>
        </div>
        <div className="flex flex-col gap-1">
          <span className="text-[11px] leading-[14px] text-t3">{text.data}</span>
          <SegmentedControl label={text.data} options={KINDS} value={kind} onChange={setKind} />
        </div>
        <Toggle label={text.embed} checked={embed} onChange={setEmbed} />
      </div>
      <div>
        <Button type="submit" variant="primary" icon={<Link2 size={14} />} busy={create.isPending}>
          {create.isPending ? text.creating : text.create}
        </Button>
      </div>
      {create.error && <ErrorNote data-testid="form-error">{create.error.message || text.refused}</ErrorNote>}
      {create.data && (
        <div role="status" className="flex flex-col gap-2">
          <p className="text-t2">{text.made}</p>
          <Copied label={text.link} value={create.data.url} action={text.copy} done={text.copied} />
          {create.data.link.embed && (
            <Copied
              label={text.embedCode}
              value={frameHtml(create.data.url, text.frameTitle)}
              action={text.copyEmbed}
              done={text.embedCopied}
            />
          )}
        </div>
      )}
    </form>
  )
}

function Copied({ label, value, action, done }: { label: string; value: string; action: string; done: string }) {
  return (
    <div className="flex items-center gap-2">
      <input
        readOnly
        aria-label={label}
        value={value}
        onFocus={(event) => event.currentTarget.select()}
        className="fl-input min-w-0 flex-1 text-[11px]"
      />
      <Button icon={<Copy size={14} />} onClick={() => void copyText(value, done)}>
        {action}
      </Button>
    </div>
  )
}
