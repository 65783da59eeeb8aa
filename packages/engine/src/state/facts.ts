/** Small numbers of a task that must survive a restart (stream times, counters), kept by name. */
export class Facts {
  readonly #cells = new Map<string, Cell>()
  #drained = '{}'

  /** The cell of a name; `start` until it is set. */
  cell(name: string, start: number): Cell {
    const known = this.#cells.get(name)
    if (known !== undefined) return known
    const made = {value: start}
    this.#cells.set(name, made)
    return made
  }

  /** Sum over all facts whose name ends so. */
  sum(ending: string): number {
    let sum = 0
    for (const [name, cell] of this.#cells) if (name.endsWith(ending)) sum += cell.value
    return sum
  }

  /** All facts as bytes; undefined when nothing changed since the last call. */
  drain(): Uint8Array | undefined {
    const finite = [...this.#cells].filter(([, cell]) => Number.isFinite(cell.value)).map(([name, cell]) => [name, cell.value])
    const text = JSON.stringify(Object.fromEntries(finite))
    if (text === this.#drained) return undefined
    this.#drained = text
    return Buffer.from(text)
  }

  restore(bytes: Uint8Array): void {
    this.#drained = Buffer.from(bytes).toString()
    const facts: Record<string, number> = JSON.parse(this.#drained)
    for (const [name, value] of Object.entries(facts)) this.cell(name, value).value = value
  }
}

export type Cell = {value: number}
