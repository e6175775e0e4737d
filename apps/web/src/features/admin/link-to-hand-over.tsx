'use client'
import { Button } from '@faultline/ui/react/button'
import { Copy } from 'lucide-react'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { toast } from '../shell/toasts.tsx'

const text = messages.admin

/** A link that is shown once. */
export function LinkToHandOver({ url, children }: { url: string; children: ReactNode }) {
  const copy = () =>
    navigator.clipboard?.writeText(url).then(
      () => toast(text.copied),
      () => toast(text.notCopied, 'warn'),
    ) ?? toast(text.notCopied, 'warn')
  return (
    <div role="status" className="flex flex-col gap-2 rounded-lg border border-line2 bg-s2 p-3">
      <div className="text-t2">{children}</div>
      <code className="font-mono text-[12px] text-t1 select-all [overflow-wrap:anywhere]">{url}</code>
      <Button icon={<Copy size={14} />} onClick={copy} className="self-start">
        {text.copy}
      </Button>
    </div>
  )
}
