'use client'
import clsx from 'clsx'
import {Check, Copy} from 'lucide-react'
import {useState} from 'react'
import {Button} from './button.tsx'

type CodeProps = {
  readonly label: string
  readonly text: string
  /** Long lines go on in the next one; without this they scroll, and the indent keeps its meaning. */
  readonly isWrapped?: boolean
}

/** Text as it is, in letters of one width, with a way to copy it. */
export function Code({label, text, isWrapped = false}: CodeProps) {
  const [isCopied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  return (
    <div className="group relative min-w-0">
      <pre
        tabIndex={0}
        role="region"
        aria-label={label}
        className={clsx(
          'max-h-[32rem] overflow-auto p-3 pr-12 font-mono text-[12.5px] leading-[1.55]',
          isWrapped ? 'break-words whitespace-pre-wrap' : 'whitespace-pre',
        )}
      >
        {text}
      </pre>
      <Button
        look="bare"
        className="absolute top-1.5 right-1.5 bg-surface px-1.5"
        aria-label={`Copy ${label}`}
        onClick={() => void copy()}
      >
        {isCopied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      </Button>
    </div>
  )
}
