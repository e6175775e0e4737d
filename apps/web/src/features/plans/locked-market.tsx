'use client'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { Lock } from 'lucide-react'
import Link from 'next/link'
import { messages } from '../../messages.ts'
import { AppFrame } from '../shell/app-frame.tsx'
import type { Section } from '../shell/prepare/sections.ts'

const text = messages.plans

/** In place of a market that the plan does not show: why, and whom to ask. */
export function LockedMarket({ section, instrument, symbol, why }: { section: Section; instrument: string; symbol: string; why: string }) {
  return (
    <AppFrame section={section} instrument={instrument}>
      <div role="status" className="m-auto px-4 py-10">
        <EmptyState
          title={text.lockedTitle(symbol)}
          icon={<Lock size={28} />}
          action={
            <Link href="/instruments" className="fl-button fl-button-primary fl-button-large">
              {text.others}
            </Link>
          }
        >
          <p>{why}</p>
          <p className="mt-2">{text.lockedLead}</p>
        </EmptyState>
      </div>
    </AppFrame>
  )
}
