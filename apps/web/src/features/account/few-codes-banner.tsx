'use client'
import { LifeBuoy } from 'lucide-react'
import Link from 'next/link'
import { messages } from '../../messages.ts'
import { useUser } from '../shell/user-context.tsx'
import { FEW_RECOVERY_CODES } from './prepare/recovery-codes.ts'

const text = messages.security.fewCodes

/** Before somebody loses their phone and finds that nothing else lets them in. The account page says it in its card. */
export function FewCodesBanner({ here }: { here: boolean }) {
  const left = useUser().recoveryCodesLeft ?? null
  if (here || left === null || left > FEW_RECOVERY_CODES) return null
  return (
    <aside
      aria-label={text.name}
      className="flex flex-none items-center justify-center gap-2 border-b border-line bg-s2 px-3 py-1.5 text-t2"
    >
      <LifeBuoy size={14} aria-hidden="true" className="flex-none text-warn" />
      <p>
        {text.text(left)}{' '}
        <Link href="/account" className="font-semibold whitespace-nowrap text-accfg underline underline-offset-2">
          {text.action}
        </Link>
      </p>
    </aside>
  )
}
