'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { refusalOf } from './prepare/refusal.ts'
import type { SourceItem, SourceSettings } from './server/schema.ts'

/** Puts settings that the server has just confirmed into the list, before the list is read again. */
export function useStoreSettings(): (settings: SourceSettings) => Promise<void> {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  return async (settings) => {
    const queryKey = trpc.sources.list.queryKey()
    // an answer that is under way may be from before the change
    await queryClient.cancelQueries({ queryKey })
    queryClient.setQueryData(queryKey, (list) =>
      list ? { ...list, sources: list.sources.map((source) => (source.id === settings.id ? { ...source, ...settings } : source)) } : list,
    )
    void queryClient.invalidateQueries({ queryKey })
  }
}

export interface Switches {
  /** the source as it will be when what was pressed is done */
  foresee(source: SourceItem): SourceItem
  press(source: SourceItem, enabled: boolean): void
  /** why the last press of a source's switch did nothing */
  errors: ReadonlyMap<number, string>
  /** for those who do not see the switch: what has been done */
  done: string
}

/** On and off. The switch moves at once, and back with a reason when the server refuses. */
export function useSwitches(): Switches {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const store = useStoreSettings()
  const update = useMutation(trpc.sources.update.mutationOptions())
  const [pressed, setPressed] = useState<ReadonlyMap<number, boolean>>(new Map())
  const [errors, setErrors] = useState<ReadonlyMap<number, string>>(new Map())
  const [done, setDone] = useState('')

  const press = async ({ id, name, version }: SourceItem, enabled: boolean) => {
    if (pressed.has(id)) return
    setPressed((before) => new Map(before).set(id, enabled))
    setErrors((before) => without(before, id))
    try {
      await store(await update.mutateAsync({ id, version, enabled }))
      setDone(enabled ? messages.sources.changed.on(name) : messages.sources.changed.off(name))
    } catch (error) {
      setErrors((before) => new Map(before).set(id, refusalOf(error, messages.errors.noAnswer).message))
      // as it is now, perhaps by somebody else's hand; the switch does not wait for it
      void queryClient.invalidateQueries({ queryKey: trpc.sources.list.queryKey() })
    } finally {
      setPressed((before) => without(before, id))
    }
  }

  return {
    foresee(source) {
      const enabled = pressed.get(source.id)
      return enabled === undefined ? source : { ...source, enabled, updatedAt: Number.POSITIVE_INFINITY }
    },
    press: (source, enabled) => void press(source, enabled),
    errors,
    done,
  }
}

const without = <V>(map: ReadonlyMap<number, V>, key: number): ReadonlyMap<number, V> => {
  const copy = new Map(map)
  copy.delete(key)
  return copy
}
