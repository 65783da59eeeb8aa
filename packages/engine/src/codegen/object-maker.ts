import {code, join, name, quote, type Code} from './code.ts'
import {compile} from './compile.ts'
import {shapeOf} from './variants.ts'

/** Past this many mixtures of typed and generic columns, the code for generic ones serves them all. */
const MAX_VARIANTS = 8

type MakeObjects = (columns: readonly ArrayLike<unknown>[], count: number) => Readonly<Record<string, unknown>>[]

/**
 * Objects of rows, a field for each column in their order. All come from one literal: they share a hidden class, and a field
 * costs a store.
 */
export class ObjectMaker {
  readonly #names: readonly string[]
  readonly #byShapes = new Map<string, MakeObjects>()

  constructor(names: readonly string[]) {
    this.#names = names
  }

  /** Of the first `count` rows of `columns`, which stand in the order of the names. */
  make(columns: readonly ArrayLike<unknown>[], count: number): Readonly<Record<string, unknown>>[] {
    const shapes = columns.map(shapeOf).join('')
    return (this.#byShapes.get(shapes) ?? this.#compile(shapes))(columns, count)
  }

  #compile(shapes: string): MakeObjects {
    const key = this.#byShapes.size < MAX_VARIANTS ? shapes : 'any'
    const known = this.#byShapes.get(key)
    if (known) return known
    const make = compile<MakeObjects>(sourceFor(this.#names), [], key)
    this.#byShapes.set(key, make)
    return make
  }
}

function sourceFor(names: readonly string[]): Code {
  const columns = names.map((_, i) => code`const ${name('c', i)} = columns[${quote(i)}];`)
  const fields = names.map((field, i) => code`${fieldName(field)}: ${name('c', i)}[row]`)
  return code`(columns, count) => {
${join(columns, code`\n`)}
const objects = new Array(count);
for (let row = 0; row < count; row++) objects[row] = {${join(fields, code`, `)}};
return objects;
}`
}

/** In a literal a plain `__proto__` is no field. */
const fieldName = (field: string): Code => (field === '__proto__' ? code`[${quote(field)}]` : quote(field))
