import {bytes, compact, exact, rate, type Count} from '../lib/format.ts'

/** Short, with all digits where it is pointed at. */
export const Compact = ({value}: {readonly value: Count}) => (
  <span className="figure" title={exact(value)}>
    {compact(value)}
  </span>
)

export const Rate = ({value}: {readonly value: number}) => (
  <span className="figure" title={`${exact(Math.round(value))} per second`}>
    {rate(value)}
  </span>
)

export const Bytes = ({value}: {readonly value: Count}) => (
  <span className="figure" title={`${exact(value)} bytes`}>
    {bytes(value)}
  </span>
)

export const Missing = () => (
  <span className="text-muted" aria-label="none">
    —
  </span>
)
