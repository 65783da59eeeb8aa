import clsx from 'clsx'
import {Search} from 'lucide-react'
import type {ComponentProps, ReactNode} from 'react'

export const inputStyle =
  'h-7 rounded-md border border-strong bg-surface px-2 text-[13px] text-ink placeholder:text-muted disabled:opacity-50'

type FieldProps = {readonly label: string; readonly hint?: ReactNode; readonly className?: string; readonly children: ReactNode}

export const Field = ({label, hint, className, children}: FieldProps) => (
  <label className={clsx('flex min-w-0 flex-col gap-1 text-[12.5px] font-medium text-soft', className)}>
    {label}
    {children}
    {hint && <span className="font-normal text-muted">{hint}</span>}
  </label>
)

type SearchFieldProps = Omit<ComponentProps<'input'>, 'onChange'> & {
  readonly label: string
  readonly onText: (text: string) => void
}

export const SearchField = ({label, onText, className, ...rest}: SearchFieldProps) => (
  <span className={clsx('relative inline-flex items-center', className)}>
    <Search size={14} aria-hidden className="pointer-events-none absolute left-2 text-muted" />
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      className={clsx(inputStyle, 'w-full pl-7')}
      onChange={event => onText(event.target.value)}
      {...rest}
    />
  </span>
)
