'use client'
import { VENUES, type VenueId } from '@faultline/market/venue'
import type { PaneState } from '@faultline/ui/chart/panes'
import { formatDateTime, type TimeZone } from '@faultline/ui/format'
import { Badge } from '@faultline/ui/react/badge'
import { Heatmap } from '@faultline/ui/react/heatmap'
import { Logo } from '@faultline/ui/react/logo'
import { FlaskConical, Radio, Snowflake } from 'lucide-react'
import { useMemo } from 'react'
import { messages } from '../../messages.ts'
import { nameOfDrawing, placeOfDrawing } from '../drawings/prepare/describe-drawing.ts'
import { chartData } from '../heatmap/prepare/chart-data.ts'
import { exchangeOffset } from '../heatmap/prepare/exchange-zone.ts'
import { nearPrice } from '../heatmap/prepare/near-price.ts'
import { knownAt } from '../heatmap/prepare/replay.ts'
import { colourScale, thresholdOf } from '../heatmap/prepare/threshold.ts'
import { usePhone } from '../heatmap/use-phone.ts'
import { useHydrated } from '../shell/use-hydrated.ts'
import { useTheme } from '../shell/use-theme.ts'
import { LinkEnded } from './link-ended.tsx'
import { sharedLook } from './prepare/shared-look.ts'
import type { SharedPage } from './server/shares.ts'
import { useSharedPicture } from './use-shared-picture.ts'

const text = messages.share.page
// as a first visit of the workspace shows them
const PANES: readonly PaneState[] = [{ id: 'funding' }, { id: 'interest' }, { id: 'liquidations' }, { id: 'ratios' }]
const PHONE_PANES: readonly PaneState[] = [{ id: 'liquidations' }]

/** A view as somebody shared it: to be looked at, and nothing else. `framed`: inside another page. */
export function SharedViewPage({ page, framed = false }: { page: SharedPage; framed?: boolean }) {
  const { instrument, scope, content } = page
  const look = useMemo(() => sharedLook(content.query), [content.query])
  const reader = useTheme()
  const phone = usePhone()
  const theme = page.theme ?? reader.theme
  const picture = useSharedPicture(page)
  const { view, heat } = picture
  const known = useMemo(() => (heat && scope.replayAt !== null ? knownAt(heat, scope.replayAt) : heat), [heat, scope.replayAt])
  const suggested = useMemo(() => (known && view ? colourScale(nearPrice(known, view.candles.rows)).suggested : null), [known, view])
  const data = useMemo(() => {
    if (!view) return null
    const { window } = scope.input
    const screen = window && {
      ...window,
      ...(scope.prices ? { priceLow: scope.prices.low, priceHigh: scope.prices.high } : {}),
    }
    return chartData(
      view,
      known,
      { key: JSON.stringify(scope.input), screen: screen ?? null },
      scope.replayAt === null ? {} : { moment: scope.replayAt },
    )
  }, [view, known, scope])
  // the server does not know where the reader is
  const hydrated = useHydrated()
  const zone: TimeZone = look.zone === 'exchange' ? { offsetMinutes: exchangeOffset(instrument.venue) } : hydrated ? look.zone : 'utc'
  if (picture.state === 'ended') return <LinkEnded />
  return (
    <main
      data-theme={page.theme ?? undefined}
      className="fl-root flex h-dvh min-h-[320px] flex-col bg-s1 text-t1"
      data-instrument={instrument.key}
      data-shared={scope.frozenAt === null ? 'live' : 'frozen'}
    >
      <SharedHeader page={page} framed={framed} />
      <div className="min-h-0 flex-1">
        <noscript>
          <p className="p-3 text-t2">{text.needsScripts}</p>
        </noscript>
        <Heatmap
          data={data}
          state={picture.state}
          theme={theme}
          heat={look.heat}
          palette={look.palette}
          heatScale={look.heatScale}
          sides={look.sides}
          priceStyle={look.priceStyle}
          priceScale={look.log ? 'log' : 'linear'}
          // a frame is mostly low: the heat before the panes
          panes={look.panes ?? (phone || framed ? PHONE_PANES : PANES)}
          timeZone={zone}
          drawings={content.drawings}
          readOnly
          threshold={suggested && thresholdOf(suggested, look)}
          loadingText={text.loading(scope.input.range)}
          emptyText={text.empty}
          error={picture.error ?? undefined}
          onRetry={picture.retry}
          instrument={instrument.key}
          range={scope.input.range}
          className="h-full"
        />
      </div>
      {content.drawings.length > 0 && (
        <ul aria-label={text.drawings} className="sr-only">
          {content.drawings.map((drawing) => {
            const { prices, times } = placeOfDrawing(drawing, zone)
            return <li key={drawing.id}>{[nameOfDrawing(drawing), prices, times].filter(Boolean).join(', ')}</li>
          })}
        </ul>
      )}
      {content.notes.trim() !== '' && !framed && (
        <section aria-label={text.notes} className="max-h-[28dvh] flex-none overflow-y-auto border-t border-line px-4 py-2.5">
          <h2 className="text-[13px] leading-[18px] font-semibold">{text.notes}</h2>
          <p dir="auto" className="mt-1 max-w-[80ch] whitespace-pre-wrap break-words text-[13px] leading-5 text-t2">
            {content.notes}
          </p>
        </section>
      )}
      <footer className="flex min-h-7 flex-none flex-wrap items-center justify-between gap-x-4 border-t border-line px-3 py-1 text-[11px] leading-4 text-t3">
        <span>{view && text.until(formatDateTime(view.to, zone))}</span>
        <span>{text.expires(formatDateTime(page.expiresAt, 'utc'))}</span>
      </footer>
    </main>
  )
}

function SharedHeader({ page: { name, instrument, scope }, framed }: { page: SharedPage; framed: boolean }) {
  const { symbol, venue, simulated } = instrument
  return (
    <header className="flex min-h-12 flex-none flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line px-3 py-2">
      {!framed && <Logo size={24} />}
      <h1 className="flex min-w-0 flex-1 items-baseline gap-2 phone:flex-none">
        <bdi className="min-w-0 max-w-[420px] truncate text-[13px] leading-[18px] font-semibold" title={name}>
          {name}
        </bdi>
        <span className="flex-none text-t2">{symbol}</span>
        <span className="hidden flex-none text-t3 phone:inline">{venue in VENUES ? VENUES[venue as VenueId].shortName : venue}</span>
      </h1>
      <div className="order-1 flex w-full flex-wrap items-center gap-x-3 gap-y-1.5 phone:order-none phone:w-auto">
        <Badge>{text.badge}</Badge>
        {simulated && (
          <Badge icon={<FlaskConical size={12} aria-hidden="true" />} title={text.simulatedWhy}>
            {text.simulated}
          </Badge>
        )}
        {scope.frozenAt === null ? (
          <Badge icon={<Radio size={12} aria-hidden="true" />}>{text.live}</Badge>
        ) : (
          <Badge icon={<Snowflake size={12} aria-hidden="true" />}>{text.frozen(formatDateTime(scope.frozenAt, 'utc'))}</Badge>
        )}
        <span className="text-[11px] leading-4 text-t2">{text.estimated}</span>
      </div>
      {!framed && (
        <a href="/sign-in" className="fl-button fl-button-secondary ml-auto">
          {text.signIn}
        </a>
      )}
    </header>
  )
}
