import clsx from 'clsx'

type SegmentsProps<T extends string> = {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [T, string])[]
  readonly onChange: (value: T) => void
}

/** One of a few. */
export const Segments = <T extends string>({label, value, options, onChange}: SegmentsProps<T>) => (
  <div role="group" aria-label={label} className="inline-flex h-7 rounded-md border border-strong bg-surface p-px">
    {options.map(([option, text]) => (
      <button
        key={option}
        type="button"
        aria-pressed={option === value}
        onClick={() => onChange(option)}
        className={clsx(
          'rounded-[5px] px-2.5 text-[13px] whitespace-nowrap',
          option === value ? 'bg-raised font-medium text-ink' : 'text-muted hover:text-ink',
        )}
      >
        {text}
      </button>
    ))}
  </div>
)
