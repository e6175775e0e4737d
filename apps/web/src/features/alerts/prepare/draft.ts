/** What the editor's fields hold, and what they come to: pure. */

import type { AlertCondition, AlertKind } from '@faultline/market/alert'
import { messages } from '../../../messages.ts'
import type { ListedRule, RuleSettings } from '../server/schema.ts'

const text = messages.alerts

/** Figures as they were typed. */
export interface Draft {
  name: string
  /** '': every market */
  instrument: string
  kind: AlertKind
  side: '' | 'long' | 'short'
  direction: 'above' | 'below'
  within: string
  /** million USD */
  minUsd: string
  level: string
  /** per cent per 8 h */
  rate: string
  /** per cent */
  change: string
  channelIds: string[]
  cooldown: string
}

const BLANK: Draft = {
  name: '',
  instrument: '',
  kind: 'clusterNear',
  side: '',
  direction: 'above',
  within: '2',
  minUsd: '50',
  level: '75',
  rate: '0.05',
  change: '10',
  channelIds: [],
  cooldown: '60',
}

/** A rule that is begun from a template, which is one of the conditions. */
export const draftOf = (kind: AlertKind, instrument = ''): Draft => ({
  ...BLANK,
  kind,
  instrument,
  name: text.kinds[kind],
  minUsd: kind === 'clusterNear' ? '50' : '0',
})

/** A rule as it is stored. */
export function draftOfRule({ name, instrumentKey, condition, channelIds, cooldownMinutes }: Pick<ListedRule, keyof RuleSettings>): Draft {
  const { kind } = condition
  return {
    ...BLANK,
    name,
    instrument: instrumentKey ?? '',
    kind,
    channelIds,
    cooldown: String(cooldownMinutes),
    ...('side' in condition ? { side: condition.side ?? '', minUsd: plain(condition.minUsd / 1e6) } : {}),
    ...('direction' in condition ? { direction: condition.direction } : {}),
    ...(kind === 'clusterNear' ? { within: plain(condition.withinPercent) } : {}),
    ...(kind === 'risk' ? { level: plain(condition.level) } : {}),
    ...(kind === 'funding' ? { rate: plain(condition.rate * 100) } : {}),
    ...(kind === 'openInterest' ? { change: plain(condition.changePercent) } : {}),
  }
}

/** Without the noise of binary fractions. */
const plain = (value: number): string => String(Number(value.toPrecision(12)))

export type DraftField = 'name' | 'within' | 'minUsd' | 'level' | 'rate' | 'change' | 'cooldown'
/** Which figures a condition has, in the order in which they stand. */
export const FIGURES: Record<AlertKind, readonly DraftField[]> = {
  clusterNear: ['within', 'minUsd'],
  priceInCluster: ['minUsd'],
  risk: ['level'],
  funding: ['rate'],
  openInterest: ['change'],
  breakout: ['minUsd'],
}
export const hasSide = (kind: AlertKind): boolean => FIGURES[kind].includes('minUsd')

export type Read =
  | { settings: Omit<RuleSettings, 'enabled'>; problem: null }
  | { settings: null; problem: { field: DraftField; message: string } }

/** What a draft comes to, or what is wrong first. Bounds are the server's to say. */
export function readDraft(draft: Draft): Read {
  const problem = (field: DraftField, message: string): Read => ({ settings: null, problem: { field, message } })
  if (draft.name.trim() === '') return problem('name', text.editor.problems.name)
  for (const field of [...FIGURES[draft.kind], 'cooldown' as const])
    if (numberOf(draft[field]) === null) return problem(field, text.editor.problems.number(text.editor[field]))
  return {
    settings: {
      name: draft.name.trim(),
      instrumentKey: draft.instrument || null,
      condition: conditionOf(draft),
      channelIds: draft.channelIds,
      cooldownMinutes: numberOf(draft.cooldown) ?? 0,
    },
    problem: null,
  }
}

function conditionOf(draft: Draft): AlertCondition {
  const { kind, direction } = draft
  const figure = (field: DraftField) => numberOf(draft[field]) ?? Number.NaN
  const sized = { side: draft.side || null, minUsd: Math.round(figure('minUsd') * 1e6) }
  switch (kind) {
    case 'clusterNear':
      return { kind, ...sized, withinPercent: figure('within') }
    case 'priceInCluster':
    case 'breakout':
      return { kind, ...sized }
    case 'risk':
      return { kind, direction, level: figure('level') }
    case 'funding':
      return { kind, direction, rate: Number((figure('rate') / 100).toPrecision(12)) }
    case 'openInterest':
      return { kind, direction, changePercent: figure('change') }
  }
}

/** As people write numbers: with a comma, a real minus, a unit behind. */
export function numberOf(typed: string): number | null {
  const cleaned = typed.trim().replace('−', '-').replace(',', '.').replace(/\s*%$/, '')
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(cleaned) ? Number(cleaned) : null
}

export const sameDraft = (a: Draft, b: Draft): boolean => JSON.stringify(comparable(a)) === JSON.stringify(comparable(b))

/** Fields that the condition does not have do not count. */
function comparable(draft: Draft): unknown {
  const { name, instrument, kind, side, direction, channelIds, cooldown } = draft
  const figures = FIGURES[kind].map((field) => numberOf(draft[field as 'within']) ?? draft[field as 'within'])
  return [name.trim(), instrument, kind, hasSide(kind) ? side : direction, figures, [...channelIds].sort(), cooldown]
}
