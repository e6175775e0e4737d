'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Menu, MenuItem } from '@faultline/ui/react/menu'
import { Code, Download, FileImage, FileSpreadsheet, Link2, X } from 'lucide-react'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { toast } from '../shell/toasts.tsx'
import { copyLink, copyText } from './copy-link.ts'

const text = messages.exports

export interface ExportMenuProps {
  /** saves a picture of the chart; rejects with an error whose message is shown. Null: there is none to save yet */
  onPng: (() => Promise<void>) | null
  /** the same for the CSV file of what is visible */
  onCsv: (() => Promise<void>) | null
  /** HTML that shows the same chart on another page; null where that is not possible */
  embedCode: (() => string) | null
  /** default: the address of the page */
  onCopyLink?: () => void
  className?: string
}

/** A button "Export" with what can be taken away from a chart. */
export function ExportMenu({ onPng, onCsv, embedCode, onCopyLink = copyLink, className }: ExportMenuProps) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const save = (work: (() => Promise<void>) | null, done: string) => async () => {
    setBusy(true)
    setError(null)
    try {
      await work?.()
      toast(done)
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className={`relative ${className ?? ''}`}>
      <Menu label={text.title} icon={<Download size={14} />} busy={busy}>
        <MenuItem icon={<FileImage size={15} />} disabled={!onPng} onPress={save(onPng, text.pngSaved)}>
          {text.png}
        </MenuItem>
        <MenuItem icon={<FileSpreadsheet size={15} />} disabled={!onCsv} onPress={save(onCsv, text.csvSaved)}>
          {text.csv}
        </MenuItem>
        <MenuItem icon={<Link2 size={15} />} onPress={onCopyLink}>
          {text.link}
        </MenuItem>
        <MenuItem icon={<Code size={15} />} disabled={!embedCode} onPress={() => embedCode && void copyText(embedCode(), text.embedCopied)}>
          {text.embed}
        </MenuItem>
      </Menu>
      {error !== null && (
        <div className="absolute top-full right-0 z-40 mt-1.5 w-72">
          <ErrorNote>
            <span className="flex items-center gap-2">
              <span className="min-w-0 flex-1">{text.failed(error)}</span>
              <Button variant="ghost" size="small" icon={<X size={14} />} aria-label={text.closeError} onClick={() => setError(null)} />
            </span>
          </ErrorNote>
        </div>
      )}
    </div>
  )
}
