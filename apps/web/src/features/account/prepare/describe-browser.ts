import Bowser from 'bowser'

/** "Firefox on Windows"; null for what names neither. From what a browser says of itself: a hint for people, no evidence. */
export function describeBrowser(userAgent: string): string | null {
  if (!userAgent) return null
  const { browser, os } = Bowser.parse(userAgent)
  if (browser.name && os.name) return `${browser.name} on ${os.name}`
  return browser.name || os.name || null
}
