/** A count as the API gives it: 64-bit integers come as digits. */
export type Count = number | string | bigint

const compactFormat = new Intl.NumberFormat('en', {notation: 'compact', maximumSignificantDigits: 3})
const exactFormat = new Intl.NumberFormat('en')
const oneDecimal = new Intl.NumberFormat('en', {maximumFractionDigits: 1})

const integer = (value: Count): number | bigint => (typeof value === 'string' ? BigInt(value) : value)

/** 999, 12.3K, 4.56M. */
export const compact = (value: Count): string => {
  const number = Number(value)
  return Math.abs(number) < 1000 ? oneDecimal.format(number) : compactFormat.format(integer(value))
}

/** All digits, grouped. */
export const exact = (value: Count): string => exactFormat.format(integer(value))

/** Rates below ten keep a decimal. */
export const rate = (value: number): string => (value < 10 ? oneDecimal.format(value) : compact(Math.round(value)))

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

export function bytes(value: Count): string {
  let number = Number(value)
  let unit = 0
  while (number >= 1024 && unit < units.length - 1) {
    number /= 1024
    unit++
  }
  return `${unit === 0 || number >= 100 ? Math.round(number) : number.toFixed(1)} ${units[unit]}`
}

export const plural = (count: Count, one: string, many = `${one}s`): string =>
  `${compact(count)} ${Number(count) === 1 ? one : many}`
