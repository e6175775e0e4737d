'use client'
import { Failure } from '../features/shell/failure.tsx'
import { messages } from '../messages.ts'
import './globals.css'

/** Replaces the whole document when the root layout fails; without the layout's script the theme is the dark one. */
export default function GlobalError(props: { error: unknown; retry: () => void }) {
  return (
    <html lang="en" data-theme="dark">
      <body>
        <title>{`${messages.errors.title} · ${messages.product}`}</title>
        <Failure {...props} />
      </body>
    </html>
  )
}
