'use client'
import { Button } from '@faultline/ui/react/button'
import { Copy } from 'lucide-react'
import Image from 'next/image'
import { messages } from '../../messages.ts'
import { copyText } from '../export/copy-link.ts'
import { ConfirmForm } from './section-parts.tsx'

const text = messages.security.factor

/** The secret as a picture and as text, and the code that confirms it. `qr`: an SVG of the server's own making. */
export function SecondFactorSetUp({
  secret,
  qr,
  onCode,
  onCancel,
}: {
  secret: string
  qr: string
  onCode: (code: string) => Promise<void>
  onCancel: () => void
}) {
  return (
    <ConfirmForm recovery={false} lead={text.scan} submit={text.turnOn} onSubmit={({ code }) => onCode(code)} onCancel={onCancel}>
      {/* white whatever the theme: scanners want dark on light */}
      <Image
        unoptimized
        src={`data:image/svg+xml;utf8,${encodeURIComponent(qr)}`}
        alt={text.qr}
        width={224}
        height={224}
        className="size-56 rounded-lg border border-line2 bg-white"
      />
      <div>
        <p className="text-t3">{text.byHand}</p>
        <div className="mt-1 flex items-center gap-2 rounded-lg border border-line2 bg-s2 py-1.5 pr-1.5 pl-3">
          <code className="min-w-0 flex-1 font-mono text-[12px] [overflow-wrap:anywhere]" data-testid="totp-secret">
            {secret}
          </code>
          <Button
            variant="ghost"
            icon={<Copy size={14} />}
            aria-label={text.copySecret}
            title={text.copySecret}
            onClick={() => copyText(secret, text.secretCopied)}
          />
        </div>
      </div>
    </ConfirmForm>
  )
}
