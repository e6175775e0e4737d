'use client'
import { readAddresses } from '@faultline/market/observed-addresses'
import { formatAge, formatUsd } from '@faultline/ui/format'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Toggle } from '@faultline/ui/react/toggle'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { Dialog } from '../sources/dialog.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'
import type { SourceSettings } from '../sources/server/schema.ts'
import { TextArea } from '../sources/text-area.tsx'
import { useStoreSettings } from '../sources/use-switches.ts'
import { type AddressCount, countOf, largestListText } from './prepare/address-count.ts'
import { shareText } from './prepare/near.ts'
import type { ObservingStatus } from './server/manage.ts'

const text = messages.observed.admin
const STATUS_EVERY_MS = 5_000
/** The leaderboard's file has some twenty megabytes; it is read here, and addresses alone are sent. */
const LARGEST_FILE = 64 * 1024 * 1024

/** Accounts that a source observes: how it goes, the list, and the switch. */
export function ObservedDialog({ source, onClose }: { source: SourceSettings; onClose: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const store = useStoreSettings()
  const { data: status, error } = useQuery({ ...trpc.observed.status.queryOptions({ id: source.id }), refetchInterval: STATUS_EVERY_MS })
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.observed.status.queryKey({ id: source.id }) })
  const toggle = useMutation(trpc.observed.switch.mutationOptions())
  const clear = useMutation(trpc.observed.clear.mutationOptions())
  const exported = useMutation(trpc.observed.export.mutationOptions())
  const [problem, setProblem] = useState<string | null>(null)
  const [done, setDone] = useState('')
  const [clearing, setClearing] = useState(false)

  const attempt = async (work: () => Promise<string>) => {
    setProblem(null)
    setDone('')
    try {
      setDone(await work())
    } catch (failure) {
      setProblem(refusalOf(failure, messages.errors.noAnswer).message)
    }
    await refresh()
  }
  const press = (enabled: boolean) =>
    attempt(async () => {
      if (!status) return ''
      await store(await toggle.mutateAsync({ id: source.id, version: status.version, enabled }))
      return enabled ? text.switchedOn : text.switchedOff
    })

  return (
    <Dialog title={text.heading(source.name)} place="side" onClose={onClose}>
      <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto overscroll-contain p-4">
        <p className="text-t2">{text.lead}</p>
        {error && <ErrorNote>{refusalOf(error, messages.errors.noAnswer).message}</ErrorNote>}
        {problem && <ErrorNote data-testid="observed-error">{problem}</ErrorNote>}
        <p role="status" className={done ? 'text-ok' : 'sr-only'}>
          {done}
        </p>
        {status && (
          <>
            <div className="flex items-center justify-between gap-3 rounded-lg border border-line bg-s2 px-3 py-2.5">
              <Toggle label={text.layer} checked={status.enabled} disabled={toggle.isPending} onChange={(on) => void press(on)} />
              <span className="text-right text-[11px] text-t3">{status.enabled ? text.onNote : text.offNote}</span>
            </div>
            <StatusFacts status={status} />
            <AddressForm sourceId={source.id} attempt={attempt} />
            <div className="flex flex-wrap gap-2 border-t border-line pt-4">
              <Button
                disabled={status.addresses === 0}
                busy={exported.isPending}
                onClick={() =>
                  void attempt(async () => {
                    const list = await exported.mutateAsync({ id: source.id })
                    download(`observed-${source.id}.txt`, `${list.join('\n')}\n`)
                    return text.exportedCount(formatCount(list.length))
                  })
                }
              >
                {text.export}
              </Button>
              {clearing ? (
                <>
                  <Button
                    variant="danger"
                    busy={clear.isPending}
                    onClick={() =>
                      void attempt(async () => {
                        const { removed } = await clear.mutateAsync({ id: source.id })
                        return text.cleared(formatCount(removed))
                      }).then(() => setClearing(false))
                    }
                  >
                    {text.clearSure(formatCount(status.addresses))}
                  </Button>
                  <Button onClick={() => setClearing(false)}>{text.keep}</Button>
                </>
              ) : (
                <Button disabled={status.addresses === 0} onClick={() => setClearing(true)}>
                  {text.clear}
                </Button>
              )}
            </div>
          </>
        )}
      </div>
    </Dialog>
  )
}

function StatusFacts({ status }: { status: ObservingStatus }) {
  const { addresses, seen, failing, error, oldestAt, newestAt, asked, positions, poller, enabled } = status
  const ago = (time: number) => text.ago(formatAge(Math.max(0, asked - time)))
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
      <Fact name={text.facts.addresses}>{addresses === 0 ? text.facts.none : formatCount(addresses)}</Fact>
      {addresses > 0 && <Fact name={text.facts.seen}>{text.facts.seenOf(formatCount(seen), formatCount(addresses))}</Fact>}
      {oldestAt !== null && newestAt !== null && (
        <Fact name={text.facts.within}>{text.facts.withinValue(ago(newestAt), ago(oldestAt))}</Fact>
      )}
      {addresses > 0 && <Fact name={text.facts.positions}>{formatCount(positions)}</Fact>}
      {failing > 0 && (
        <Fact name={text.facts.failing}>
          <span className="text-warn [overflow-wrap:anywhere]">
            {formatCount(failing)}
            {error && `: ${error}`}
          </span>
        </Fact>
      )}
      {enabled && addresses > 0 && (
        <Fact name={text.facts.poller}>
          {poller?.alive ? (poller.message ?? text.facts.asking) : <span className="text-warn">{text.facts.nobody}</span>}
        </Fact>
      )}
      {enabled &&
        status.instruments.slice(0, 8).map((i) => (
          <Fact key={i.symbol} name={i.symbol}>
            {i.share === null ? text.facts.shareUnknown(formatUsd(i.usd)) : text.facts.share(shareText(i.share), formatUsd(i.usd))}
          </Fact>
        ))}
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-t3">{name}</dt>
      <dd className="min-w-0 text-right font-medium">{children}</dd>
    </>
  )
}

/** Paste or choose a file; what was found is said before anything is sent. */
function AddressForm({ sourceId, attempt }: { sourceId: number; attempt: (work: () => Promise<string>) => Promise<void> }) {
  const trpc = useTRPC()
  const add = useMutation(trpc.observed.add.mutationOptions())
  const file = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState<{ name: string; count: AddressCount } | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const count = chosen?.count ?? (typed.trim() === '' ? null : countOf(readAddresses(typed)))

  const choose = async (list: FileList | null) => {
    const [given] = list ?? []
    if (!given) return
    setProblem(null)
    setTyped('')
    if (given.size > LARGEST_FILE) {
      setChosen(null)
      return setProblem(text.fileTooLarge)
    }
    setChosen({ name: given.name, count: countOf(readAddresses(await given.text())) })
  }
  const send = () =>
    attempt(async () => {
      if (!count) return ''
      const { added, known, total } = await add.mutateAsync({ id: sourceId, addresses: count.addresses })
      setTyped('')
      setChosen(null)
      if (file.current) file.current.value = ''
      return text.added(formatCount(added), formatCount(known), formatCount(total))
    })

  return (
    <form
      className="flex flex-col gap-3 border-t border-line pt-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (count && count.addresses.length > 0) void send()
      }}
    >
      <TextArea
        label={text.list}
        hint={text.listHint}
        rows={4}
        name="addresses"
        value={typed}
        placeholder="0x…"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setTyped(event.target.value)
          setChosen(null)
          setProblem(null)
        }}
      />
      <label className="flex flex-wrap items-center gap-2 text-t2">
        {text.file}
        <input
          ref={file}
          type="file"
          accept=".json,.csv,.txt,application/json,text/plain,text/csv"
          onChange={(event) => void choose(event.target.files)}
          className="min-w-0 flex-1 text-[12px] file:mr-2 file:cursor-pointer file:rounded-md file:border file:border-line2 file:bg-s2 file:px-2 file:py-1 file:text-t1"
        />
      </label>
      {problem && <ErrorNote data-testid="observed-error">{problem}</ErrorNote>}
      {count && (
        <p data-testid="address-count" className={count.addresses.length === 0 ? 'text-err' : 'text-t2'}>
          {chosen && `${chosen.name}: `}
          {text.found(formatCount(count.valid), formatCount(count.invalid), formatCount(count.duplicates))}
          {count.at.length > 0 && ` ${text.notAt(count.at.join(', '))}`}
          {count.left > 0 && ` ${largestListText(count)}`}
        </p>
      )}
      <Button
        type="submit"
        variant="primary"
        size="large"
        disabled={!count || count.addresses.length === 0}
        busy={add.isPending}
        className="self-start"
      >
        {text.add(formatCount(count?.addresses.length ?? 0))}
      </Button>
    </form>
  )
}

function download(name: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
