'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '../../trpc/provider.tsx'
import type { PersonSettings } from './server/settings.ts'

export type SettingsPatch = { [K in keyof PersonSettings]?: PersonSettings[K] | null }

export interface SettingsHere {
  /** undefined until they have been read */
  settings: PersonSettings | undefined
  failed: boolean
  /** shown at once; rejects (and shows again what was) where the server does not take it */
  patch: (patch: SettingsPatch) => Promise<void>
}

/** Appearance and habits of whoever is signed in. `initial`: where the page came with them. */
export function useSettings(initial?: PersonSettings): SettingsHere {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const options = trpc.account.settings.queryOptions()
  const { data, isError } = useQuery({ ...options, ...(initial ? { initialData: initial } : {}) })
  const { mutateAsync } = useMutation(trpc.account.patchSettings.mutationOptions())
  const patch = async (change: SettingsPatch): Promise<void> => {
    await queryClient.cancelQueries({ queryKey: options.queryKey })
    const before = queryClient.getQueryData(options.queryKey)
    queryClient.setQueryData(options.queryKey, (known) => withPatch(known ?? {}, change))
    try {
      queryClient.setQueryData(options.queryKey, await mutateAsync(change))
    } catch (error) {
      queryClient.setQueryData(options.queryKey, before)
      throw error
    }
  }
  return { settings: data, failed: isError, patch }
}

const withPatch = (known: PersonSettings, change: SettingsPatch): PersonSettings =>
  Object.fromEntries(Object.entries({ ...known, ...change }).filter(([, value]) => value !== null && value !== undefined))
