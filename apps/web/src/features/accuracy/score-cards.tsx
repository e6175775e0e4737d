import { HOUR_MS } from '@faultline/market/units'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { formatCount, MISSING } from '../shell/prepare/format.ts'
import type { Accuracy, AccuracyGroup } from './prepare/accuracy.ts'
import { medianGain, worstMarket } from './prepare/group.ts'
import { formatLift, formatLiftInterval, formatSkill } from './prepare/lift.ts'
import { nameOf } from './prepare/names.ts'

const text = messages.accuracy.cards

/** The figures that sum a group up. Whatever their sign, they are of one size. */
export function ScoreCards({ group, horizonMs }: { group: AccuracyGroup; horizonMs: Accuracy['horizonMs'] }) {
  const judged = group.markets.filter((market) => market.moreDays === 0)
  const skilled = judged.filter((market) => market.skill)
  const median = medianGain(group.markets)
  const worst = worstMarket(group.markets)
  const moreDays = Math.min(...group.markets.map((market) => market.moreDays))
  const events = group.markets.reduce((sum, market) => sum + market.events, 0)
  const notYet = text.notYet(formatCount(moreDays))
  return (
    <dl className="grid grid-cols-1 gap-3 min-[420px]:grid-cols-2 wide:grid-cols-5">
      <Card name={text.median} note={median === null ? notYet : text.medianOf(formatCount(judged.length))} bad={(median ?? 0) < 0}>
        {median === null ? MISSING : formatLift(median)}
      </Card>
      <Card name={text.skill} note={judged.length === 0 ? notYet : text.skillNote}>
        {judged.length === 0 ? MISSING : text.skillValue(formatCount(skilled.length), formatCount(judged.length))}
      </Card>
      <Card
        name={text.brier}
        note={group.brierSkill ? brierNote(group.brierSkill) : horizonMs < HOUR_MS ? text.noForecasts : text.brierNote}
        bad={(group.brierSkill?.value ?? 0) < 0}
      >
        {group.brierSkill ? formatSkill(group.brierSkill.value) : MISSING}
      </Card>
      <Card name={text.worst} note={worst ? worstNote(worst) : text.worstNone} bad={(worst?.gains.distanceOnly?.perEvent ?? 0) < 0}>
        {worst?.gains.distanceOnly ? formatLift(worst.gains.distanceOnly.perEvent) : MISSING}
      </Card>
      <Card name={text.scored} note={horizonMs < HOUR_MS ? text.scoredNote(formatCount(group.markets.length)) : text.scoredHour}>
        {formatCount(events)}
      </Card>
    </dl>
  )
}

function Card({ name, note, bad = false, children }: { name: string; note: string; bad?: boolean; children: ReactNode }) {
  return (
    <div className="fl-panel flex flex-col gap-1 px-4 py-3">
      <dt className="text-[11px] leading-4 text-t3">{name}</dt>
      <dd className="m-0 flex flex-wrap items-baseline gap-x-2">
        <span className={`fl-text-number ${bad ? 'text-err' : 'text-t1'}`}>{children}</span>
        <span className="text-t2">{note}</span>
      </dd>
    </div>
  )
}

const brierNote = ({ low, high }: NonNullable<AccuracyGroup['brierSkill']>): string =>
  low === null || high === null ? text.brierNote : `${formatSkill(low)} – ${formatSkill(high)}, ${text.brierNote}`

function worstNote({ key, gains, moreDays }: AccuracyGroup['markets'][number]): string {
  const interval = gains.distanceOnly && formatLiftInterval(gains.distanceOnly)
  const early = moreDays > 0 ? messages.accuracy.verdicts.early : null
  return [nameOf(key).symbol, interval, early].filter(Boolean).join(', ')
}
