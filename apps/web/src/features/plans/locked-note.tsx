import { Lock } from 'lucide-react'
import { messages } from '../../messages.ts'

/** Above a picture that shows less than its link asked for. */
export function LockedNote({ shown, why }: { shown: string; why: string | null }) {
  if (why === null) return null
  return (
    <p role="status" className="flex flex-none items-center gap-2 border-b border-line bg-s2 px-3 py-1.5 text-t2">
      <Lock size={14} aria-hidden="true" className="flex-none text-warn" />
      {messages.plans.shownInstead(why, shown)}
    </p>
  )
}
