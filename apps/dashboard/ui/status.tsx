import clsx from 'clsx'

export type Tone = 'ok' | 'warn' | 'bad' | 'off' | 'accent'

const dots = {ok: 'bg-ok', warn: 'bg-warn', bad: 'bg-bad', off: 'border-[1.5px] border-muted', accent: 'bg-accent'} as const
const inks = {ok: 'text-ok', warn: 'text-warn', bad: 'text-bad', off: 'text-muted', accent: 'text-accent'} as const

/** A dot and a word: never colour alone. */
export const Status = ({tone, children}: {readonly tone: Tone; readonly children: string}) => (
  <span className={clsx('inline-flex items-center gap-1.5 text-[13px] font-medium whitespace-nowrap', inks[tone])}>
    <span aria-hidden className={clsx('size-2 shrink-0 rounded-full', dots[tone])} />
    {children}
  </span>
)

export const Badge = ({children}: {readonly children: string}) => (
  <span className="inline-flex h-5 items-center rounded border bg-raised px-1.5 text-[11.5px] font-medium whitespace-nowrap text-soft">
    {children}
  </span>
)
