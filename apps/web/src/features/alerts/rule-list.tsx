'use client'
import { ALERT_KINDS, type AlertKind } from '@faultline/market/alert'
import { Badge } from '@faultline/ui/react/badge'
import { Toggle } from '@faultline/ui/react/toggle'
import { messages } from '../../messages.ts'
import { agoOf } from '../teams/prepare/words.ts'
import { summaryOf } from './prepare/words.ts'
import type { ListedRule } from './server/schema.ts'

const text = messages.alerts.rules

export function RuleList({
  rules,
  chosen,
  unsaved,
  editable,
  marketName,
  now,
  onChoose,
  onSwitch,
}: {
  rules: readonly ListedRule[]
  chosen: string | null
  /** rules with changes that are not saved */
  unsaved: ReadonlySet<string>
  editable: boolean
  marketName: (key: string | null) => string
  now: number
  onChoose: (id: string) => void
  onSwitch: (rule: ListedRule, enabled: boolean) => void
}) {
  return (
    <ul>
      {rules.map((rule) => (
        <li
          key={rule.id}
          className={`flex items-start gap-2 border-b border-l-2 border-b-line py-2.5 pr-3 pl-3 ${rule.id === chosen ? 'border-l-acc bg-s3' : 'border-l-transparent'}`}
        >
          <button
            type="button"
            aria-current={rule.id === chosen ? 'true' : undefined}
            onClick={() => onChoose(rule.id)}
            className="min-w-0 flex-1 cursor-pointer rounded-md text-left"
          >
            <span className="flex min-w-0 items-center gap-2">
              <bdi className="truncate font-semibold text-t1">{rule.name}</bdi>
              {unsaved.has(rule.id) && <Badge tone="warn">{text.unsaved}</Badge>}
            </span>
            <span className="mt-0.5 block text-[11px] leading-4 text-t2 [overflow-wrap:anywhere]">
              {marketName(rule.instrumentKey)} · {summaryOf(rule.condition)}
            </span>
            <span className="mt-0.5 block text-[11px] text-t2">
              {text.fired(String(rule.firedIn24h), rule.firedAt === null ? null : agoOf(rule.firedAt, now))}
            </span>
            {rule.closed && (
              <span className="mt-1 block text-[11px] leading-4 text-t1">
                <Badge tone="warn">{rule.teamId === null ? text.closed : text.closedTeam}</Badge> {text.whyClosed[rule.closed]}
              </span>
            )}
          </button>
          <Toggle
            label={text.switch(rule.name)}
            checked={rule.enabled}
            disabled={!editable}
            onChange={(enabled) => onSwitch(rule, enabled)}
            className="[&_label]:sr-only"
          />
        </li>
      ))}
    </ul>
  )
}

export const Templates = ({ onChoose }: { onChoose: (kind: AlertKind) => void }) => (
  <div className="p-3">
    <p className="text-[11px] text-t3">{text.templates}</p>
    <div className="mt-2 flex flex-wrap gap-1.5">
      {ALERT_KINDS.map((kind) => (
        <button
          key={kind}
          type="button"
          onClick={() => onChoose(kind)}
          className="h-6 cursor-pointer rounded-full border border-line2 px-2.5 text-[11px] font-medium text-t1 hover:bg-s3 max-phone:h-10 max-phone:px-3.5 max-phone:text-[12px]"
        >
          {messages.alerts.kinds[kind]}
        </button>
      ))}
    </div>
  </div>
)
