'use client'
import { Button } from '@faultline/ui/react/button'
import { Panel } from '@faultline/ui/react/panel'
import { Check, Copy, Terminal } from 'lucide-react'
import { useEffect, useState } from 'react'
import { messages } from '../../messages.ts'

const text = messages.waiting
/** What a person types; the folder is an example. */
const COMMAND = 'npm run -s faultline -- import --dump '
const EXAMPLE_FOLDER = '~/downloads/ETHUSDT'

/** How history gets in from the command line. */
export function ImportHelp({ title, lead, className }: { title: string; lead: string; className?: string }) {
  return (
    <Panel
      title={
        <span className="flex items-center gap-2">
          <Terminal size={16} aria-hidden="true" className="text-t3" />
          {title}
        </span>
      }
      className={className}
    >
      <p className="max-w-[70ch] leading-[18px] text-t2">{lead}</p>
      <Command text={`${COMMAND}DIR`} />
      <p className="mt-3 text-t2">{text.importExample}</p>
      <Command text={`${COMMAND}${EXAMPLE_FOLDER}`} />
      <h3 className="mt-4 mb-1.5 font-semibold">{text.whereTitle}</h3>
      <ol className="flex max-w-[70ch] list-decimal flex-col gap-1.5 pl-5 leading-[18px] text-t2 marker:text-t3">
        {text.where.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </Panel>
  )
}

function Command({ text: command }: { text: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2_000)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => {
    // absent on plain HTTP: the text can be selected
    navigator.clipboard?.writeText(command).then(
      () => setCopied(true),
      () => {},
    )
  }
  return (
    <div className="mt-2 flex max-w-[70ch] items-center gap-2 rounded-lg border border-line2 bg-s2 py-1.5 pr-1.5 pl-3">
      <code className="min-w-0 flex-1 font-mono text-[12px] [overflow-wrap:anywhere] text-t1">{command}</code>
      <Button
        variant="ghost"
        icon={copied ? <Check size={14} /> : <Copy size={14} />}
        aria-label={copied ? text.importCopied : text.importCopy}
        title={copied ? text.importCopied : text.importCopy}
        onClick={copy}
      />
    </div>
  )
}
