'use client'
import { Button } from '@faultline/ui/react/button'
import { Moon, Sun } from 'lucide-react'
import { messages } from '../../messages.ts'
import { useTheme } from './use-theme.ts'

/** Both icons are rendered and the style sheet picks one: the server does not know the reader's theme. */
export function ThemeToggle() {
  const { theme, setTheme } = useTheme()
  return (
    <Button
      variant="ghost"
      aria-label={messages.nav.theme[theme]}
      title={messages.nav.theme[theme]}
      onClick={() => setTheme(theme === 'dark' ? 'light' : 'dark')}
      icon={
        <>
          <Sun size={16} className="app-when-dark" />
          <Moon size={16} className="app-when-light" />
        </>
      }
    />
  )
}
