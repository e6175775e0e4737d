'use client'
import { VENUES, type VenueId } from '@faultline/market/venue'
import { LEVERAGE_CLASSES } from '@faultline/ui/leverage-classes'
import { leverageColours, type PartColour, plainColour } from '@faultline/ui/map/colours'
import type { Theme } from '@faultline/ui/tokens'
import { useMemo } from 'react'
import type { VenueProfile } from './prepare/map-profile.ts'

/** A colour for each part of a bar; one in all where nothing is known of what bars consist of. Venues have one for both sides, as everywhere. */
export function useMapColours(theme: Theme, parts: 'leverage' | 'none' | readonly VenueProfile[]): PartColour[] {
  return useMemo(() => {
    if (parts === 'leverage') return leverageColours(theme, LEVERAGE_CLASSES.length)
    if (parts === 'none') return [plainColour(theme)]
    const style = getComputedStyle(document.documentElement)
    return parts.map(({ venue }) => {
      // a canvas knows nothing of variables
      const known = Object.hasOwn(VENUES, venue) ? VENUES[venue as VenueId].wire : null
      const colour = style.getPropertyValue(`--app-venue-${known}`).trim() || plainColour(theme).long
      return { long: colour, short: colour }
    })
  }, [theme, parts])
}
