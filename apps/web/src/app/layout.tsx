import type { Metadata, Viewport } from 'next'
import { NuqsAdapter } from 'nuqs/adapters/next/app'
import type { ReactNode } from 'react'
import { THEME_SCRIPT } from '../features/shell/theme-script.ts'
import { messages } from '../messages.ts'
import { scriptNonce } from '../server/current-user.ts'
import './globals.css'

export const metadata: Metadata = {
  title: { default: messages.product, template: `%s · ${messages.product}` },
  description: messages.tagline,
  robots: { index: false },
}

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: dark)', color: '#0f141c' },
    { media: '(prefers-color-scheme: light)', color: '#ffffff' },
  ],
}

/** Every page is rendered per request: its scripts carry the nonce of that response's content security policy. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = await scriptNonce()
  return (
    // the script sets data-theme before the first paint, which the server cannot know
    <html lang="en" data-theme="dark" suppressHydrationWarning>
      <head>
        {/* Browsers hide the nonce from scripts once it has been applied, so the client sees another value. */}
        <script nonce={nonce} suppressHydrationWarning>
          {THEME_SCRIPT}
        </script>
      </head>
      <body>
        <NuqsAdapter>{children}</NuqsAdapter>
      </body>
    </html>
  )
}
