'use client'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { PersonSettings } from '../account/server/settings.ts'
import type { SettingsPatch } from '../account/use-settings.ts'
import { useUser } from '../shell/user-context.tsx'
import { type Choice, readChoice } from './prepare/choice.ts'

/**
 * The list beside the heatmap; null: all markets. Kept on the server for every browser of the person, and in this one until the
 * server has it.
 */
export function useChoice(
  settings: PersonSettings | undefined,
  patch: (patch: SettingsPatch) => Promise<void>,
  connected: boolean,
): [id: string | null, choose: (id: string | null) => void] {
  const { userId } = useUser()
  const key = `faultline-watchlist-${userId}`
  const [local, setLocal] = useState<Choice | null>(null)
  useEffect(() => setLocal(readChoice(stored(key))), [key])

  const latest = useRef<Choice | null>(null)
  const keep = useCallback(
    (choice: Choice) => {
      latest.current = choice
      setLocal(choice)
      try {
        localStorage.setItem(key, JSON.stringify(choice))
      } catch {
        // it is kept on the server
      }
    },
    [key],
  )
  const send = useRef(async (_: string | null) => {})
  useEffect(() => {
    send.current = async (id) => {
      const sent = await patch({ watchlistId: id }).then(
        () => true,
        () => false,
      )
      // another choice may have been made meanwhile
      if (latest.current === null || latest.current.id === id) keep({ id, unsent: !sent })
    }
  })
  const unsent = local?.unsent ? local.id : undefined
  useEffect(() => {
    if (connected && unsent !== undefined) void send.current(unsent)
  }, [connected, unsent])
  const choose = useCallback((id: string | null) => keep({ id, unsent: true }), [keep])
  return [local?.unsent || !settings ? (local?.id ?? null) : (settings.watchlistId ?? null), choose]
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
