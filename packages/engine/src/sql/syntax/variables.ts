/** Values of `${name}`, by upper-cased name. */
export type Variables = ReadonlyMap<string, string>

const reference = /\$\{([^}]*)\}/g

export function variableKey(name: string): string {
  return name.trim().toUpperCase()
}

/** Names are compared without regard to case. */
export function variablesFrom(values: ReadonlyMap<string, string> | undefined): Map<string, string> {
  const variables = new Map<string, string>()
  for (const [name, value] of values ?? []) variables.set(variableKey(name), value)
  return variables
}

/** Inside quotes: a value goes in as it is, and what names no variable stays as it was written. */
export function substituteInside(quoted: string, variables: Variables): string {
  if (variables.size === 0 || !quoted.includes('${')) return quoted
  return quoted.replace(reference, (written, name: string) => variables.get(variableKey(name)) ?? written)
}
