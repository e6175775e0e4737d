'use client'
import { useMutation } from '@tanstack/react-query'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { toast } from '../shell/toasts.tsx'
import { problemOf } from '../teams/prepare/words.ts'
import type { ListedRule, RuleSettings, StoredRule } from './server/schema.ts'

const text = messages.alerts.editor

/** What is done to rules; `refresh` reads them again. What the server refuses is thrown, unless it says otherwise. */
export function useRuleActions(refresh: () => Promise<unknown>) {
  const trpc = useTRPC()
  const create = useMutation(trpc.alerts.createRule.mutationOptions())
  const update = useMutation(trpc.alerts.updateRule.mutationOptions())
  const remove = useMutation(trpc.alerts.removeRule.mutationOptions())
  const test = useMutation(trpc.alerts.testRule.mutationOptions())
  return {
    async create(teamId: string | null, settings: RuleSettings): Promise<StoredRule> {
      const stored = await create.mutateAsync({ teamId, ...settings })
      await refresh()
      toast(text.saved(stored.name))
      return stored
    },
    async update({ id, version }: ListedRule, settings: Partial<RuleSettings>): Promise<StoredRule> {
      const stored = await update.mutateAsync({ id, version, ...settings })
      await refresh()
      toast(text.saved(stored.name))
      return stored
    },
    async remove({ id, name }: ListedRule): Promise<void> {
      await remove.mutateAsync({ id })
      await refresh()
      toast(text.deleted(name))
    },
    /** Says itself what was refused. */
    async toggle({ id, version }: ListedRule, enabled: boolean): Promise<void> {
      try {
        await update.mutateAsync({ id, version, enabled })
      } catch (refused) {
        toast(problemOf(refused), 'warn')
      }
      await refresh()
    },
    /** What was refused, in words; null: it is on its way. */
    async test({ id }: ListedRule): Promise<string | null> {
      try {
        const { queued } = await test.mutateAsync({ id })
        await refresh()
        if (queued === 0) return text.testedNone
        toast(text.tested(String(queued)))
        return null
      } catch (refused) {
        return problemOf(refused)
      }
    },
  }
}
