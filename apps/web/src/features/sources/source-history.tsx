'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { BackfillBar } from './meters.tsx'
import { refusalOf } from './prepare/refusal.ts'
import { readStretch } from './prepare/stretch.ts'
import type { BackfillItem, SourceItem } from './server/schema.ts'

const text = messages.sources.history
const ASK_AGAIN_MS = 2_000
const isOpen = ({ state }: BackfillItem) => state === 'waiting' || state === 'running'

/** Asks for a stretch of history, and shows how far what was asked for is. */
export function SourceHistory({ source }: { source: SourceItem }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const listId = useId()
  const asked = useQuery(
    trpc.sources.backfills.queryOptions(
      { id: source.id },
      // Only while something moves: the worker writes how far it is into the table that this reads.
      { refetchInterval: ({ state: { data } }) => (data?.some(isOpen) ? ASK_AGAIN_MS : false) },
    ),
  )
  const onSuccess = () => queryClient.invalidateQueries({ queryKey: trpc.sources.backfills.queryKey({ id: source.id }) })
  const request = useMutation(trpc.sources.backfill.mutationOptions({ onSuccess }))
  const cancel = useMutation(trpc.sources.cancelBackfill.mutationOptions({ onSuccess }))
  const symbols = source.symbols.length > 0 ? source.symbols : source.instruments.map(({ symbol }) => symbol)
  const [symbol, setSymbol] = useState(symbols[0] ?? '')
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const [problem, setProblem] = useState<string | null>(null)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const stretch = readStretch(from, to, Date.now())
    if (stretch === null || symbol.trim() === '') return setProblem(text.incomplete)
    setProblem(null)
    try {
      await request.mutateAsync({ id: source.id, symbol: symbol.trim(), ...stretch })
    } catch (failed) {
      setProblem(refusalOf(failed, messages.errors.noAnswer).message)
    }
  }
  return (
    <div className="flex flex-col gap-3">
      <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-3">
        {problem && <ErrorNote data-testid="form-error">{problem}</ErrorNote>}
        <div className="grid gap-3 phone:grid-cols-3">
          <Field label={text.symbol} list={listId} value={symbol} autoComplete="off" onChange={(event) => setSymbol(event.target.value)} />
          <Field label={text.from} type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
          <Field label={text.to} type="date" value={to} hint={text.toHint} onChange={(event) => setTo(event.target.value)} />
        </div>
        <datalist id={listId}>
          {symbols.map((known) => (
            <option key={known} value={known} />
          ))}
        </datalist>
        <Button type="submit" busy={request.isPending} className="self-start">
          {text.submit}
        </Button>
      </form>
      {asked.error && (
        <ErrorNote onRetry={() => void asked.refetch()}>{refusalOf(asked.error, messages.errors.noAnswer).message}</ErrorNote>
      )}
      {asked.data?.length === 0 && <p className="text-t3">{text.empty}</p>}
      <ul className="flex flex-col gap-2">
        {asked.data?.map((item) => (
          <li key={item.id} className="flex flex-col gap-1.5 rounded-lg border border-line p-3">
            <div className="flex flex-wrap items-center gap-2">
              <span className="font-medium text-t1">{item.symbol}</span>
              <span className="text-t2">{text.stretch(day(item.from), day(item.to))}</span>
              <span className="ml-auto font-medium text-t1">{text.states[item.state]}</span>
              {isOpen(item) && (
                <Button
                  size="small"
                  busy={cancel.isPending && cancel.variables.request === item.id}
                  aria-label={text.cancelOf(item.symbol)}
                  onClick={() => cancel.mutate({ request: item.id })}
                >
                  {messages.sources.form.cancel}
                </Button>
              )}
            </div>
            {item.state === 'running' && (
              <BackfillBar progress={{ share: item.progress, etaMs: item.etaMs, count: 1 }} name={item.symbol} />
            )}
            {item.message && <p className="text-t2 [overflow-wrap:anywhere]">{item.message}</p>}
          </li>
        ))}
      </ul>
    </div>
  )
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
