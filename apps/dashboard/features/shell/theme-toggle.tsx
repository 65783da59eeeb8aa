'use client'
import {Monitor, Moon, Sun} from 'lucide-react'
import {useEffect, useState} from 'react'
import {readStored, writeStored} from '../../lib/stored.ts'
import {Button} from '../../ui/button.tsx'

const themes = ['system', 'light', 'dark'] as const
type Theme = (typeof themes)[number]
const icons = {system: Monitor, light: Sun, dark: Moon} as const

const stored = (): Theme => themes.find(theme => theme === readStored('theme')) ?? 'system'

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
  writeStored('theme', theme === 'system' ? undefined : theme)
}

/** As the system has it, or light, or dark: the choice is kept. */
export function ThemeToggle() {
  const [theme, setTheme] = useState<Theme>('system')
  useEffect(() => setTheme(stored()), [])
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  const Icon = icons[theme]
  return (
    <Button
      look="bare"
      className="px-1.5"
      aria-label={`Theme: ${theme}. Switch to ${next}.`}
      title={`Theme: ${theme}`}
      onClick={() => {
        apply(next)
        setTheme(next)
      }}
    >
      <Icon size={16} strokeWidth={1.8} aria-hidden />
    </Button>
  )
}
