type ParseContext = {readonly source?: string}

/** Keeps integers that a number would round: they become bigint. */
export function reviveLong(_: string, value: unknown, context?: ParseContext): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context?.source === undefined) return value
  return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value
}

/** As JSON.parse, with all digits of long integers. */
export const parseJson = (text: string): unknown => (/\d{16}/.test(text) ? JSON.parse(text, reviveLong) : JSON.parse(text))

/** As JSON.stringify, for values that may hold bigint: their digits stand bare, as in the JSON they came from. */
export function printJson(value: unknown, indent?: number): string {
  if (typeof value === 'bigint') return value.toString()
  const long: string[] = []
  const text = JSON.stringify(
    value,
    (_, inner: unknown) => (typeof inner === 'bigint' ? `\u0000${long.push(inner.toString()) - 1}` : inner),
    indent,
  )
  return long.length === 0 ? (text ?? 'null') : text.replace(/"\\u0000(\d+)"/g, (_, at: string) => long[Number(at)] ?? '')
}

/** A value as one line of a table's cell: text without quotes, everything else as JSON. */
export const printCell = (value: unknown): string => (typeof value === 'string' ? value : printJson(value))
