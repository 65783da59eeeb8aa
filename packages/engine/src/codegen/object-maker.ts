import {code, join, name, quote, type Code} from './code.ts'
import {compile} from './compile.ts'
import {shapeOf} from './variants.ts'

/** Past this many mixtures of columns, the code for generic ones serves them all. */
const MAX_VARIANTS = 8

/** Texts as they stand in a batch: row i is `text` from the end of row i-1 to `ends[i]`. */
export type TextRows = {readonly text: string; readonly ends: ArrayLike<number>}
/** Repeated values: row i is `entries[codes[i]]`. */
export type CodedRows = {readonly entries: readonly unknown[]; readonly codes: ArrayLike<number>}
export type ObjectColumn = ArrayLike<unknown> | TextRows | CodedRows

type MakeObjects = (columns: readonly ObjectColumn[], count: number) => Readonly<Record<string, unknown>>[]
/** `t`: `TextRows`, `e`: `CodedRows`, a digit: an array of that shape. */
type Kind = 't' | 'e' | `${number}`

/**
 * Objects of rows, a field for each column in their order. All come from one literal: they share a hidden class, and a field
 * costs a store.
 */
export class ObjectMaker {
  readonly #names: readonly string[]
  readonly #byKinds = new Map<string, MakeObjects>()
  #generic: MakeObjects | undefined

  constructor(names: readonly string[]) {
    this.#names = names
  }

  /** Of the first `count` rows of `columns`, which stand in the order of the names. */
  make(columns: readonly ObjectColumn[], count: number): Readonly<Record<string, unknown>>[] {
    const kinds = columns.map(kindOf)
    const key = kinds.join('')
    const known = this.#byKinds.get(key)
    if (known) return known(columns, count)
    if (this.#byKinds.size >= MAX_VARIANTS) return this.#makeGeneric(columns.map(toArray), count)
    const make = compile<MakeObjects>(sourceFor(this.#names, kinds), [], key)
    this.#byKinds.set(key, make)
    return make(columns, count)
  }

  #makeGeneric(columns: readonly ArrayLike<unknown>[], count: number): Readonly<Record<string, unknown>>[] {
    this.#generic ??= compile<MakeObjects>(
      sourceFor(
        this.#names,
        columns.map(() => '0'),
      ),
      [],
      'any',
    )
    return this.#generic(columns, count)
  }
}

function kindOf(column: ObjectColumn): Kind {
  if ('text' in column) return 't'
  return 'entries' in column && 'codes' in column ? 'e' : `${shapeOf(column)}`
}

function toArray(column: ObjectColumn): ArrayLike<unknown> {
  if ('text' in column)
    return Array.from(column.ends, (end, i) => column.text.substring(i === 0 ? 0 : (column.ends[i - 1] ?? 0), end))
  return 'codes' in column ? Array.from(column.codes, entry => column.entries[entry]) : column
}

function sourceFor(names: readonly string[], kinds: readonly Kind[]): Code {
  const fields = names.map((field, i) => code`${fieldName(field)}: ${valueOf(kinds[i] ?? '0', i)}`)
  const moves = kinds.flatMap((kind, i) => (kind === 't' ? [code`${name('p', i)} = ${name('k', i)}[row];`] : []))
  return code`(columns, count) => {
${join(
  kinds.map((kind, i) => declarationOf(kind, i)),
  code`\n`,
)}
const objects = new Array(count);
for (let row = 0; row < count; row++) {
objects[row] = {${join(fields, code`, `)}};
${join(moves, code`\n`)}
}
return objects;
}`
}

function declarationOf(kind: Kind, i: number): Code {
  const [column, more, from] = [name('c', i), name('k', i), name('p', i)]
  if (kind === 't') return code`const {text: ${column}, ends: ${more}} = columns[${quote(i)}]; let ${from} = 0;`
  if (kind === 'e') return code`const {codes: ${column}, entries: ${more}} = columns[${quote(i)}];`
  return code`const ${column} = columns[${quote(i)}];`
}

function valueOf(kind: Kind, i: number): Code {
  const [column, more, from] = [name('c', i), name('k', i), name('p', i)]
  if (kind === 't') return code`${column}.substring(${from}, ${more}[row])`
  return kind === 'e' ? code`${more}[${column}[row]]` : code`${column}[row]`
}

/** In a literal a plain `__proto__` is no field. */
const fieldName = (field: string): Code => (field === '__proto__' ? code`[${quote(field)}]` : quote(field))
