import clsx from 'clsx'
import type {ComponentProps} from 'react'

type ButtonProps = ComponentProps<'button'> & {readonly look?: 'primary' | 'plain' | 'danger' | 'bare'}

const looks = {
  primary: 'bg-ink text-page border-ink hover:opacity-85',
  plain: 'bg-surface text-ink border-strong hover:bg-raised',
  danger: 'bg-bad text-page border-bad hover:opacity-85',
  bare: 'border-transparent text-soft hover:bg-raised hover:text-ink',
} as const

/** Colour is kept for state: a primary button is dark, not coloured. */
export const buttonStyle = (look: keyof typeof looks = 'plain'): string =>
  clsx(
    'inline-flex h-7 items-center justify-center gap-1.5 rounded-md border px-2.5 text-[13px] font-medium whitespace-nowrap',
    'transition-colors disabled:cursor-not-allowed disabled:opacity-50',
    looks[look],
  )

export const Button = ({look = 'plain', className, type = 'button', ...rest}: ButtonProps) => (
  <button type={type} className={clsx(buttonStyle(look), className)} {...rest} />
)
