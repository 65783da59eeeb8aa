/** A half-open range of UTF-16 offsets into the text that was parsed: `text.slice(start, end)`. */
export interface Span {
  readonly start: number
  readonly end: number
}
