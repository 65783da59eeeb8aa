/** The log, groups and append-if in the plainest words: one partition a list of batches, everything looked up by walking it. */
export type Write = {
  readonly partition: number
  readonly count: number
  readonly maxTimestampMs: number
  readonly producer?: {readonly id: string; readonly epoch: number; readonly sequence: number}
  readonly expectedEnd?: number
  readonly keys?: readonly {readonly key: string; readonly count: number; readonly expected?: number}[]
  readonly eventIds?: readonly string[]
}
type Stored = Write & {readonly base: number; readonly name: string}
export type Commit = {readonly group: string; readonly generation?: number; readonly partition: number; readonly next: number}

export class LogOracle {
  readonly partitions: {stored: Stored[]; begin: number; end: number}[]
  readonly generations = new Map<string, number>()
  readonly offsets = new Map<string, number>()
  readonly documents = new Map<string, {readonly version: number; readonly data: unknown}>()

  constructor(partitions: number) {
    this.partitions = Array.from({length: partitions}, () => ({stored: [], begin: 0, end: 0}))
  }

  version = (partition: number, key: string): number =>
    (this.partitions[partition]?.stored ?? [])
      .flatMap(({keys = []}) => keys)
      .reduce((sum, each) => sum + (each.key === key ? each.count : 0), 0)

  append(writes: readonly (Write & {readonly name: string})[], isAtomic: boolean, commit?: Commit): object[] {
    const before = structuredClone(this.partitions)
    const outcomes = writes.map(write => this.#appendOne(write))
    const isRefused = outcomes.some(({kind}) => kind !== 'appended' && kind !== 'duplicate')
    const isStale = !isRefused && commit !== undefined && outcomes.some(({kind}) => kind === 'appended') && !this.commit(commit)
    if (!isAtomic || (!isRefused && !isStale)) return outcomes
    this.partitions.splice(0, Infinity, ...before)
    return outcomes.map(outcome =>
      isStale || outcome.kind === 'appended' || outcome.kind === 'duplicate' ? {kind: 'aborted'} : outcome,
    )
  }

  #appendOne(write: Write & {readonly name: string}): {kind: string; [detail: string]: unknown} {
    const partition = this.partitions[write.partition]
    if (!partition) return {kind: 'unknown-partition'}
    const {producer, eventIds = [], keys = []} = write
    const own = partition.stored.filter(each => producer !== undefined && each.producer?.id === producer.id)
    const epoch = Math.max(-1, ...own.map(each => each.producer?.epoch ?? -1))
    const current = own.filter(each => each.producer?.epoch === producer?.epoch)
    if (producer && producer.epoch < epoch) return {kind: 'fenced', by: epoch}
    const repeated = current.slice(-5).find(each => each.producer?.sequence === producer?.sequence)
    if (producer && repeated) return {kind: 'duplicate', baseOffset: repeated.base}
    if (producer && producer.sequence !== current.length) return {kind: 'out-of-order', expectedSequence: current.length}
    const known = eventIds.flatMap(id => partition.stored.find(each => each.eventIds?.includes(id)) ?? [])
    if (known[0] && known.length === eventIds.length) return {kind: 'duplicate', baseOffset: known[0].base}
    if (known.length > 0) return {kind: 'known-events', known: known.length}
    if (write.expectedEnd !== undefined && write.expectedEnd !== partition.end) return {kind: 'conflict', end: partition.end}
    const index = keys.findIndex(({key, expected}) => expected !== undefined && expected !== this.version(write.partition, key))
    if (index >= 0) return {kind: 'key-conflict', index, version: this.version(write.partition, keys[index]?.key ?? '')}
    partition.stored.push({...write, base: partition.end})
    partition.end += write.count
    return {kind: 'appended', baseOffset: partition.end - write.count}
  }

  commit({group, generation, partition, next}: Commit): boolean {
    if (generation !== undefined && generation !== (this.generations.get(group) ?? 0)) return false
    this.offsets.set(`${group} ${partition}`, next)
    return true
  }

  dropGroup(group: string): void {
    this.generations.delete(group)
    for (const name of this.offsets.keys()) if (name.startsWith(`${group} `)) this.offsets.delete(name)
  }

  putDocument(name: string, expected: number, data: unknown): boolean {
    if ((this.documents.get(name)?.version ?? 0) !== expected) return false
    if (data === null) this.documents.delete(name)
    else this.documents.set(name, {version: expected + 1, data})
    return true
  }

  grow(partitions: number): void {
    while (this.partitions.length < partitions) this.partitions.push({stored: [], begin: 0, end: 0})
  }

  /** Batches that hold something from begin on. */
  kept = (at: number): readonly Stored[] => {
    const {stored = [], begin = 0} = this.partitions[at] ?? {}
    return stored.filter(({base, count}) => base + count > begin)
  }

  read = (at: number, from: number, to: number): readonly Stored[] =>
    this.kept(at).filter(({base, count}) => base + count > from && base < to)

  atTime = (at: number, timestampMs: number): number | undefined =>
    this.kept(at).find(({maxTimestampMs}) => maxTimestampMs >= timestampMs)?.base

  trim(at: number, before: number): void {
    const partition = this.partitions[at]
    if (partition) partition.begin = Math.max(partition.begin, Math.min(before, partition.end))
  }
}
