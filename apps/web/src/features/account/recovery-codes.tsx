'use client'
import { Button } from '@faultline/ui/react/button'
import { Copy, Download } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { messages } from '../../messages.ts'
import { copyText } from '../export/copy-link.ts'

const text = messages.security.factor

/** Shown once: the server keeps hashes only. */
export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const title = useRef<HTMLHeadingElement>(null)
  // the form that was here had the focus
  useEffect(() => title.current?.focus(), [])
  const lines = codes.join('\n')
  return (
    <div className="flex flex-col gap-4">
      <h3 ref={title} tabIndex={-1} className="font-semibold outline-none">
        {text.codesTitle}
      </h3>
      <p className="max-w-[60ch] text-t2">{text.codesLead}</p>
      <ul
        aria-label={text.codesTitle}
        className="grid max-w-md grid-cols-1 gap-x-6 gap-y-1 rounded-lg border border-line2 bg-s2 p-3 phone:grid-cols-2"
      >
        {codes.map((code) => (
          <li key={code} className="font-mono text-[12px]" data-testid="recovery-code">
            {code}
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button size="large" icon={<Copy size={14} />} onClick={() => copyText(lines, text.codesCopied)}>
          {text.copyCodes}
        </Button>
        <a
          className="fl-button fl-button-secondary fl-button-large"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${lines}\n`)}`}
          download={text.file}
        >
          <span className="fl-button-glyph">
            <Download size={14} />
          </span>
          {text.download}
        </a>
        <Button size="large" variant="primary" onClick={onKept}>
          {text.kept}
        </Button>
      </div>
    </div>
  )
}
