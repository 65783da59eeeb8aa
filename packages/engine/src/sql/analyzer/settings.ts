/** Session properties by lower-case name, each value as text. Later ones win. */
export type Settings = {
  readonly text: (name: string) => string | undefined
  readonly flag: (name: string, absent: boolean) => boolean
}

export function createSettings(...layers: readonly Readonly<Record<string, unknown>>[]): Settings {
  const values = new Map<string, string>()
  for (const layer of layers)
    for (const [name, value] of Object.entries(layer))
      if (value !== undefined && value !== null) values.set(name.toLowerCase(), String(value))
  return {
    text: name => values.get(name),
    flag: (name, absent) => {
      const value = values.get(name)
      return value === undefined ? absent : value.toLowerCase() === 'true'
    },
  }
}
