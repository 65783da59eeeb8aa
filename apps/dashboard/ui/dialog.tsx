'use client'
import {useEffect, useId, useRef, type ReactNode} from 'react'

type DialogProps = {readonly title: string; readonly isOpen: boolean; readonly onClose: () => void; readonly children: ReactNode}

/** The browser's own modal: it keeps the focus, and Escape closes it. */
export function Dialog({title, isOpen, onClose, children}: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    if (isOpen) dialog.current?.showModal()
    else dialog.current?.close()
  }, [isOpen])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={onClose}
      className="w-[min(30rem,calc(100vw-2rem))] rounded-lg border border-strong bg-surface p-0 text-ink shadow-xl"
    >
      {isOpen && (
        <div className="flex flex-col gap-3 p-4 text-[13.5px]">
          <h2 id={id} className="text-[15px] font-semibold">
            {title}
          </h2>
          {children}
        </div>
      )}
    </dialog>
  )
}
