/** English names, as Java prints them for the locale en-US. */
export const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December',
] // prettier-ignore
/** From Monday, as ISO counts. */
export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
export const QUARTERS = ['1st quarter', '2nd quarter', '3rd quarter', '4th quarter']
export const ERAS = ['Before Christ', 'Anno Domini']
export const SHORT_ERAS = ['BC', 'AD']
export const HALF_DAYS = ['AM', 'PM']

/** `count` letters of a pattern: up to 3 short, 4 full, 5 one letter. */
export const styled = (name: string, count: number): string => (count === 4 ? name : name.slice(0, count === 5 ? 1 : 3))
