'use client'
import { messages } from '../../messages.ts'
import { showOverlay } from '../shell/overlays.ts'
import { toast } from '../shell/toasts.tsx'

/** Copies `text` and says `done`; where the browser does not allow it (plain HTTP, a refusal), shows it to be copied by hand. */
export async function copyText(text: string, done: string): Promise<void> {
  try {
    // absent on plain HTTP, whatever its type says
    await navigator.clipboard.writeText(text)
    toast(done)
  } catch {
    showOverlay({ kind: 'copy', text })
  }
}

/** The address of what is shown: it reproduces the screen. */
export const copyLink = (): Promise<void> => copyText(location.href, messages.exports.linkCopied)
