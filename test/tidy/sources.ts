import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

export type SourceFile = {readonly path: string; readonly text: string; readonly imports: readonly Import[]}
export type Import = {readonly from: string; readonly isType: boolean}

const skipped = new Set(['node_modules', 'dist', 'out', '.next', '.types', '.git', '.turbo', 'coverage', '.millrace'])

/** Files below a folder of the project whose names end so, by their path from the root. */
export function filesBelow(folder: string, endings: readonly string[]): string[] {
  return readdirSync(join(root, folder), {withFileTypes: true}).flatMap(entry => {
    if (skipped.has(entry.name)) return []
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return filesBelow(path, endings)
    return endings.some(ending => entry.name.endsWith(ending)) ? [path.replace(/^\.\//, '')] : []
  })
}

export const sourcesBelow = (folder: string): SourceFile[] =>
  filesBelow(folder, ['.ts', '.tsx']).map(path => {
    const text = readFileSync(join(root, path), 'utf8')
    return {path, text, imports: importsOf(text)}
  })

const importsOf = (text: string): Import[] =>
  [...text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[^'"]*?from\s+)?'([^']+)'/gm)].map(match => ({
    from: match[2] ?? '',
    isType: match[1] !== undefined,
  }))

/** The file that a relative import names, by its path from the root. */
export const resolveImport = (importer: string, from: string): string => relative(root, join(root, dirname(importer), from))
