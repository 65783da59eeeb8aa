import type {Span} from './span.ts'

/** `end` is the end of the statement: its semicolon, or the end of the text. */
export type TokenKind = 'word' | 'quoted' | 'string' | 'integer' | 'decimal' | 'double' | 'parameter' | 'symbol' | 'end'

export interface Token {
  readonly kind: TokenKind
  /**
   * word: upper-cased; quoted and string: without quotes, doubled quotes made single; numbers and symbols: as written
   * (`!=` is `<>`); parameter: `1` or `name`; end: empty.
   */
  readonly text: string
  readonly span: Span
}
