'use client'
import type { AlertKind } from '@faultline/market/alert'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Panel } from '@faultline/ui/react/panel'
import { Bell, Plug, Plus } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { AppFrame, PageBody } from '../shell/app-frame.tsx'
import { useServerNow } from '../stream/news-stream.tsx'
import { FormDialog } from '../teams/confirm.tsx'
import { problemOf } from '../teams/prepare/words.ts'
import { ChannelDialog } from './channel-dialog.tsx'
import { DeliveryLog } from './delivery-log.tsx'
import { OwnerSelect } from './owner-select.tsx'
import { type Draft, draftOf, draftOfRule, readDraft, sameDraft } from './prepare/draft.ts'
import { marketGroups, marketNames } from './prepare/markets.ts'
import { RuleEditor } from './rule-editor.tsx'
import { RuleList, Templates } from './rule-list.tsx'
import { useAlerts, useDeliveryLog } from './use-alerts.ts'
import { useRuleActions } from './use-rule-actions.ts'

const text = messages.alerts
/** Stands for the rule that is not stored yet. */
const NEW = 'new'

export interface AlertsPageProps {
  markets: InstrumentListItem[]
  teams: readonly { id: string; name: string; role: 'viewer' | 'editor' | 'owner'; locked: boolean }[]
  /** what the address asks for: a rule that is begun */
  begin: { kind: AlertKind; instrument: string } | null
  now: number
}

export function AlertsPage({ markets, teams, begin, now: first }: AlertsPageProps) {
  const now = useServerNow(first, 30_000)
  const [teamId, setTeamId] = useState<string | null>(null)
  const [chosen, setChosen] = useState<string | null>(begin ? NEW : null)
  const [drafts, setDrafts] = useState<ReadonlyMap<string, Draft>>(
    () => new Map(begin ? [[NEW, draftOf(begin.kind, begin.instrument)]] : []),
  )
  const [open, setOpen] = useState<'channels' | 'delete' | null>(null)
  const editor = useRef<HTMLDivElement>(null)
  const { rules, channels, refresh } = useAlerts(teamId)
  const log = useDeliveryLog(teamId, false)
  const actions = useRuleActions(refresh)

  const team = teams.find(({ id }) => id === teamId)
  const editable = team === undefined || team.role !== 'viewer'
  const list = rules.data ?? []
  const byId = new Map(list.map((rule) => [rule.id, rule]))
  const rule = chosen === null ? undefined : byId.get(chosen)
  const draft = chosen === null ? undefined : (drafts.get(chosen) ?? (rule && draftOfRule(rule)))
  const isChanged = (id: string) => {
    const [stored, typed] = [byId.get(id), drafts.get(id)]
    return stored !== undefined && typed !== undefined && !sameDraft(typed, draftOfRule(stored))
  }
  const nameOf = useMemo(() => marketNames(markets), [markets])
  const groups = useMemo(() => marketGroups(markets, draft?.instrument ?? ''), [markets, draft?.instrument])

  const setDraft = (id: string, next: Draft | null) =>
    setDrafts((before) => {
      const after = new Map(before)
      if (next) after.set(id, next)
      else after.delete(id)
      return after
    })
  const choose = (id: string | null) => {
    setChosen(id)
    // on phones the editor stands below the list
    if (id !== null) requestAnimationFrame(() => editor.current?.scrollIntoView({ block: 'nearest' }))
  }
  const start = (kind: AlertKind) => {
    setDraft(NEW, draftOf(kind))
    choose(NEW)
    // where one goes on: by the keyboard it would be a walk past the list
    requestAnimationFrame(() => editor.current?.querySelector<HTMLInputElement>('input[name=name]')?.focus())
  }
  const save = async (): Promise<string | null> => {
    const settings = draft && readDraft(draft).settings
    if (!settings || chosen === null) return null
    try {
      const stored = rule ? await actions.update(rule, settings) : await actions.create(teamId, { ...settings, enabled: true })
      setDraft(chosen, null)
      setChosen(stored.id)
      return null
    } catch (refused) {
      await refresh()
      return problemOf(refused)
    }
  }

  const aside = rules.data && text.aside(String(list.length), String(log.data?.pages[0]?.sent ?? 0))
  return (
    <AppFrame section="alerts">
      <PageBody
        title={text.title}
        aside={aside}
        actions={
          <>
            <Button icon={<Plug size={14} />} onClick={() => setOpen('channels')}>
              {text.channels.open}
            </Button>
            {editable && (
              <Button variant="primary" icon={<Plus size={14} />} onClick={() => start('clusterNear')}>
                {text.newRule}
              </Button>
            )}
          </>
        }
      >
        <div className="grid items-start gap-3 wide:grid-cols-[286px_minmax(0,1fr)] full:grid-cols-[286px_minmax(0,1fr)_340px]">
          <Panel
            title={text.rules.title}
            flush
            actions={
              <OwnerSelect
                teams={teams}
                value={teamId}
                onChange={(id) => {
                  setTeamId(id)
                  setChosen(null)
                }}
              />
            }
          >
            {rules.isError && !rules.data ? (
              <ErrorNote className="m-3" onRetry={() => void rules.refetch()}>
                {text.failed} {problemOf(rules.error)}
              </ErrorNote>
            ) : rules.isPending ? (
              <ListSkeleton />
            ) : list.length === 0 ? (
              <EmptyState title={team ? text.rules.noneTeam : text.rules.none} icon={<Bell size={20} />}>
                {text.rules.noneWhy}
              </EmptyState>
            ) : (
              <RuleList
                rules={list}
                chosen={chosen}
                unsaved={new Set(list.map(({ id }) => id).filter(isChanged))}
                editable={editable}
                marketName={nameOf}
                now={now}
                onChoose={choose}
                onSwitch={actions.toggle}
              />
            )}
            {editable ? <Templates onChoose={start} /> : <p className="p-3 text-t2">{text.rules.readOnly}</p>}
          </Panel>

          <div ref={editor} className="min-w-0 scroll-mt-16">
            <Panel
              title={<bdi>{rule ? rule.name : draft ? text.editor.newTitle : text.editor.title}</bdi>}
              flush
              actions={
                team && draft ? (
                  <Badge>
                    <bdi>{team.name}</bdi>
                  </Badge>
                ) : undefined
              }
            >
              {draft && chosen !== null ? (
                <RuleEditor
                  key={`${teamId} ${chosen}`}
                  id={rule ? rule.id : null}
                  draft={draft}
                  changed={isChanged(chosen)}
                  channels={channels.data ?? []}
                  markets={groups}
                  simulated={markets.some(({ key, simulated }) => key === draft.instrument && simulated)}
                  team={teamId !== null}
                  editable={editable}
                  onChange={(next) => setDraft(chosen, next)}
                  onSave={save}
                  onTest={() => (rule ? actions.test(rule) : Promise.resolve(null))}
                  onDelete={() => setOpen('delete')}
                  onDiscard={() => {
                    setDraft(chosen, null)
                    if (!rule) setChosen(null)
                  }}
                />
              ) : (
                <EmptyState title={text.editor.choose}>{text.editor.chooseWhy}</EmptyState>
              )}
            </Panel>
          </div>

          <div className="min-w-0 wide:col-span-2 full:col-span-1">
            <DeliveryLog teamId={teamId} />
          </div>
        </div>
      </PageBody>
      {open === 'channels' && (
        <ChannelDialog
          teamId={teamId}
          channels={channels.data ?? []}
          editable={editable}
          onChanged={refresh}
          onClose={() => setOpen(null)}
        />
      )}
      {open === 'delete' && rule && (
        <FormDialog
          title={text.editor.deleteTitle(rule.name)}
          action={text.editor.delete}
          danger
          onSubmit={async () => {
            await actions.remove(rule)
            setDraft(rule.id, null)
            setChosen(null)
          }}
          onClose={() => setOpen(null)}
        >
          <p className="text-t2">{text.editor.deleteWhy}</p>
        </FormDialog>
      )}
    </AppFrame>
  )
}

const ListSkeleton = () => (
  <div aria-busy="true" className="flex flex-col gap-2 p-3">
    {[0, 1, 2].map((i) => (
      <div key={i} className="h-14 rounded-md bg-s2" />
    ))}
  </div>
)
