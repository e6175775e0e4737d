'use client'
import { ALERT_KINDS } from '@faultline/market/alert'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { Bell, Check, Send, Trash2 } from 'lucide-react'
import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { Choice } from '../teams/confirm.tsx'
import { CHANNEL_ICONS } from './channel-icons.tsx'
import { type Draft, type DraftField, FIGURES, hasSide, readDraft } from './prepare/draft.ts'
import type { MarketGroup } from './prepare/markets.ts'
import type { ListedChannel } from './server/schema.ts'

const words = messages.alerts
const text = words.editor

export interface RuleEditorProps {
  /** null: a rule that is not stored yet */
  id: string | null
  draft: Draft
  changed: boolean
  channels: readonly ListedChannel[]
  markets: readonly MarketGroup[]
  simulated: boolean
  team: boolean
  editable: boolean
  onChange: (draft: Draft) => void
  /** throws what the server refuses; gives the words of it */
  onSave: () => Promise<string | null>
  onTest: () => Promise<string | null>
  onDelete: () => void
  onDiscard: () => void
}

export function RuleEditor(props: RuleEditorProps) {
  const { id, draft, changed, channels, markets, simulated, team, editable, onChange, onSave, onTest, onDelete, onDiscard } = props
  const form = useRef<HTMLFormElement>(null)
  const [busy, setBusy] = useState<'save' | 'test' | null>(null)
  const [wrong, setWrong] = useState<{ field: DraftField | null; message: string } | null>(null)
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change })

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || !editable) return
    const { problem } = readDraft(draft)
    setWrong(problem)
    if (problem) return form.current?.querySelector<HTMLElement>(`[name=${problem.field}]`)?.focus()
    setBusy('save')
    const refused = await onSave()
    setWrong(refused === null ? null : { field: null, message: refused })
    setBusy(null)
  }
  const test = async () => {
    if (busy) return
    setBusy('test')
    const refused = await onTest()
    setWrong(refused === null ? null : { field: null, message: refused })
    setBusy(null)
  }
  const inputOf = (field: DraftField) => ({
    name: field,
    label: text[field],
    value: draft[field],
    onChange: (event: { target: { value: string } }) => set({ [field]: event.target.value }),
    error: wrong?.field === field ? wrong.message : undefined,
    errorTestId: 'form-error',
    autoComplete: 'off',
    disabled: !editable,
  })

  return (
    <form ref={form} method="post" noValidate onSubmit={submit}>
      <fieldset disabled={!editable} className="flex min-w-0 flex-col gap-5 p-4">
        <Field {...inputOf('name')} placeholder={text.namePlaceholder} maxLength={200} dir="auto" />
        <Step number="1" title={text.when} aside={text.whenWhy}>
          <div className="grid gap-3 phone:grid-cols-2">
            <label className="fl-field">
              <span className="fl-field-label">{text.market}</span>
              <select
                value={draft.instrument}
                onChange={(event) => set({ instrument: event.target.value })}
                disabled={!editable}
                className="fl-input"
              >
                <option value="">{words.rules.everyMarket}</option>
                {markets.map((group) => (
                  <optgroup key={group.name} label={group.name}>
                    {group.markets.map(({ key, name }) => (
                      <option key={key} value={key}>
                        {name}
                      </option>
                    ))}
                  </optgroup>
                ))}
              </select>
              {simulated && <span className="fl-field-hint">{text.simulated}</span>}
            </label>
            <Choice
              label={text.condition}
              value={draft.kind}
              options={ALERT_KINDS.map((value) => ({ value, label: words.kinds[value] }))}
              onChange={(kind) => set({ kind })}
            />
            {hasSide(draft.kind) ? (
              <Choice
                label={text.side}
                value={draft.side}
                options={[
                  { value: '', label: words.sides.any },
                  { value: 'long', label: words.sides.long },
                  { value: 'short', label: words.sides.short },
                ]}
                onChange={(side) => set({ side })}
              />
            ) : (
              <Choice
                label={text.direction}
                value={draft.direction}
                options={[
                  { value: 'above', label: words.directions.above },
                  { value: 'below', label: words.directions.below },
                ]}
                onChange={(direction) => set({ direction })}
              />
            )}
            {FIGURES[draft.kind].map((field) => (
              <Field key={field} {...inputOf(field)} inputMode="decimal" />
            ))}
          </div>
          <p className="mt-2.5 text-t2">
            {words.kindWhy[draft.kind]} {words.again[draft.kind]}
          </p>
        </Step>
        <Step number="2" title={text.notify}>
          <div className="flex flex-wrap gap-2">
            <span className="inline-flex h-7 items-center gap-1.5 rounded-full border border-line2 bg-s2 px-3 font-medium text-t2 max-phone:h-10">
              <Bell size={14} aria-hidden="true" />
              {team ? text.inboxTeam : text.inbox}
            </span>
            {channels.map(({ id: channel, kind, name, disabledReason }) => {
              const on = draft.channelIds.includes(channel)
              const Icon = on ? Check : CHANNEL_ICONS[kind]
              return (
                <button
                  key={channel}
                  type="button"
                  aria-pressed={on}
                  disabled={!editable}
                  title={disabledReason ?? undefined}
                  onClick={() => set({ channelIds: on ? draft.channelIds.filter((c) => c !== channel) : [...draft.channelIds, channel] })}
                  className={`inline-flex h-7 max-w-full cursor-pointer items-center gap-1.5 rounded-full border px-3 font-medium max-phone:h-10 ${on ? 'border-acc bg-s3 text-t1' : 'border-line2 text-t2 hover:bg-s3'}`}
                >
                  <Icon size={14} aria-hidden="true" className="flex-none" />
                  <bdi className="truncate">
                    {words.channels.kinds[kind]} · {disabledReason ? text.channelOff(name) : name}
                  </bdi>
                </button>
              )
            })}
          </div>
          {channels.length === 0 && <p className="mt-2 text-t2">{text.noChannels}</p>}
          <Field {...inputOf('cooldown')} hint={text.cooldownHint} inputMode="numeric" className="mt-3 max-w-[240px]" />
        </Step>
        <p className="text-t2">{text.arms}</p>
        {wrong && wrong.field === null && <ErrorNote data-testid="form-error">{wrong.message}</ErrorNote>}
      </fieldset>
      <footer className="flex flex-wrap items-center gap-2 border-t border-line p-3">
        {editable && id !== null && (
          <Button variant="danger" icon={<Trash2 size={14} />} onClick={onDelete}>
            {text.delete}
          </Button>
        )}
        {editable && (id === null || changed) && (
          <Button variant="ghost" onClick={onDiscard}>
            {id === null ? text.cancel : text.discard}
          </Button>
        )}
        <span className="min-w-0 flex-1 text-right text-[11px] text-t3 max-phone:basis-full max-phone:text-left">{text.estimates}</span>
        {editable && (
          <>
            <Button
              icon={<Send size={14} />}
              busy={busy === 'test'}
              disabled={id === null || changed}
              title={id === null || changed ? text.testUnsaved : undefined}
              onClick={test}
            >
              {text.test}
            </Button>
            <Button type="submit" variant="primary" busy={busy === 'save'}>
              {busy === 'save' ? text.saving : text.save}
            </Button>
          </>
        )}
      </footer>
    </form>
  )
}

function Step({ number, title, aside, children }: { number: string; title: string; aside?: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2.5 flex items-center gap-2 font-semibold">
        <span aria-hidden="true" className="flex size-5 items-center justify-center rounded-full bg-s3 text-[11px] text-t2">
          {number}
        </span>
        {title}
        {aside && <span className="text-[11px] font-normal text-t3">{aside}</span>}
      </h3>
      {children}
    </section>
  )
}
