import clsx from 'clsx'
import Link from 'next/link'
import type {ReactNode} from 'react'

type TextLinkProps = {readonly href: string; readonly className?: string; readonly children: ReactNode}

/** A name that leads to its page. */
export const TextLink = ({href, className, children}: TextLinkProps) => (
  <Link
    href={href}
    prefetch={false}
    className={clsx(
      'rounded font-medium text-ink underline decoration-strong underline-offset-[3px] hover:text-accent hover:decoration-accent',
      className,
    )}
  >
    {children}
  </Link>
)
