/** What is sent to a channel: pure. */
import { createHmac } from 'node:crypto'
import type { DeliveryToSend } from '@faultline/db/repositories/deliveries'
import { isoTime } from '@faultline/market/units'

export interface Message {
  subject: string
  text: string
  /** the body of a webhook, see docs/alerts.md */
  json: Record<string, unknown>
}

/** @param publicUrl where people open the product; null: links are left out */
export function messageOf({ id, event }: DeliveryToSend, publicUrl: string | null, now: number): Message {
  const facts = event?.facts ?? null
  const test = event === null || event.test
  const title = event ? event.title : 'This channel works.'
  const url = linkTo(facts?.market.key ?? null, publicUrl)
  const lines = [
    ...(test ? ['Test: nothing has happened. Somebody wants to know whether this channel works.'] : []),
    title,
    ...(event ? [`Rule: ${event.rule.name}`] : []),
    ...(facts
      ? [`Market: ${facts.market.symbol}, ${facts.market.venue}${facts.market.simulated ? ' (Simulated: no such market is traded)' : ''}`]
      : []),
    ...(facts && !test ? [`As of ${isoTime(facts.bucket + facts.bucketMs)}`] : []),
    ...(url ? [url] : []),
    'Estimated, not exact. Alerts may be late or wrong.',
  ]
  return {
    subject: `${test ? 'Test: ' : ''}${oneLine(title)}`.slice(0, 200),
    text: lines.join('\n'),
    json: {
      id,
      type: test ? 'test' : 'alert',
      title,
      at: isoTime(event?.at ?? now),
      rule: event?.rule ?? null,
      event: event?.id ?? null,
      market: facts?.market ?? null,
      bucket: facts && !test ? { start: isoTime(facts.bucket), ms: facts.bucketMs } : null,
      price: facts?.price ?? null,
      condition: facts?.condition ?? null,
      value: facts?.value ?? null,
      cluster: facts?.cluster ?? null,
      breakout: facts?.breakout ? { ...facts.breakout, time: isoTime(facts.breakout.time) } : null,
      url,
      estimated: true,
    },
  }
}

function linkTo(key: string | null, publicUrl: string | null): string | null {
  if (publicUrl === null) return null
  const path = key === null ? '/alerts' : `/heatmap/${encodeURIComponent(key).replaceAll('%3A', ':')}`
  return new URL(path, publicUrl).href
}

/** A header of e-mail is one line. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

/** `t=SECONDS,v1=HEX`: HMAC-SHA256 of `t.body` with the channel's secret. */
export function signatureOf(secret: string, body: string, now: number): string {
  const t = Math.floor(now / 1000)
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`
}
