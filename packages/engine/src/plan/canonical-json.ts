/**
 * JSON for plans and their parts: bigints, bytes, maps and numbers that JSON lacks are tagged objects. Equal values give equal
 * text.
 */
export const canonicalJson = (value: unknown): string => JSON.stringify(tagged(value))

function tagged(value: unknown): unknown {
  if (typeof value === 'bigint') return {$bigint: String(value)}
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
    return {$number: Object.is(value, -0) ? '-0' : String(value)}
  if (value instanceof Uint8Array) return {$bytes: Buffer.from(value).toString('base64')}
  if (value instanceof Map) return {$map: [...value].map(([key, entry]) => [tagged(key), tagged(entry)])}
  if (Array.isArray(value)) return value.map(tagged)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, entry]) => [name, tagged(entry)]))
}

/** The value that `canonicalJson` wrote; throws SyntaxError on text that is no JSON. */
export const fromCanonicalJson = (text: string): unknown => untagged(JSON.parse(text))

function untagged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untagged)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [tag, content] = entries.length === 1 ? (entries[0] ?? []) : []
  if (tag === '$bigint' && typeof content === 'string') return BigInt(content)
  if (tag === '$number' && typeof content === 'string') return Number(content)
  if (tag === '$bytes' && typeof content === 'string') return new Uint8Array(Buffer.from(content, 'base64'))
  if (tag === '$map' && Array.isArray(content))
    return new Map(
      content.map((pair): [unknown, unknown] => (Array.isArray(pair) ? [untagged(pair[0]), untagged(pair[1])] : [null, null])),
    )
  return Object.fromEntries(entries.map(([name, entry]) => [name, untagged(entry)]))
}
