import {readdirSync, readFileSync, statSync} from 'node:fs'
import {basename, join} from 'node:path'
import {isInteger, parse} from 'lossless-json'

/** ksqlDB's own test-case files, read from a directory that stays outside this project. */
export type Case = {
  readonly file: string
  /** File, case, format and property, as ksqlDB names it. */
  readonly name: string
  readonly isRest: boolean
  readonly formats: readonly string[]
  readonly body: CaseBody
}

export type CaseBody = {
  readonly enabled?: boolean
  readonly statements: readonly string[]
  readonly properties?: Readonly<Record<string, unknown>>
  readonly topics?: readonly Topic[]
  readonly inputs?: readonly CaseRecord[]
  readonly outputs?: readonly CaseRecord[]
  readonly expectedException?: {readonly message?: string}
  readonly expectedError?: {readonly message?: string}
  readonly responses?: readonly Readonly<Record<string, unknown>>[]
  readonly inputConditions?: {readonly waitForActivePushQuery?: boolean}
  readonly post?: {readonly sources?: readonly ExpectedSource[]}
}

export type Topic = {
  readonly name: string
  readonly partitions?: number
  readonly keySchema?: unknown
  readonly valueSchema?: unknown
  readonly keySchemaId?: unknown
  readonly valueSchemaId?: unknown
  readonly valueSchemaReferences?: unknown
  readonly keySchemaReferences?: unknown
}

export type CaseRecord = {
  readonly topic: string
  readonly key?: unknown
  readonly value?: unknown
  readonly timestamp?: number
  readonly headers?: readonly {readonly KEY: string; readonly VALUE: string | null}[]
  readonly window?: {readonly start: number; readonly end: number; readonly type: string}
}

export type ExpectedSource = {
  readonly name: string
  readonly type: string
  readonly schema?: string
  readonly keyFormat?: ExpectedFormat
  readonly valueFormat?: ExpectedFormat
  readonly isSource?: boolean
}
export type ExpectedFormat =
  | string
  | {readonly format?: string; readonly windowType?: string; readonly windowSize?: number | null}

/** Numbers that a double would change are kept: long integers as bigint, decimals with their spelling as `Digits`. */
export class Digits {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

function readNumber(text: string): unknown {
  const number = Number(text)
  if (isInteger(text)) return Number.isSafeInteger(number) ? number : BigInt(text)
  return String(number) === text ? number : new Digits(text)
}

/** All cases below a directory, expanded by `format` and `config` as ksqlDB's runner does. */
export function readSuite(directory: string): Case[] {
  return filesBelow(directory)
    .filter(path => path.endsWith('.json'))
    .flatMap(path => readFile(path))
}

const filesBelow = (path: string): string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .toSorted()
        .flatMap(name => filesBelow(join(path, name)))
    : [path]

function readFile(path: string): Case[] {
  const content = parse(withoutComments(readFileSync(path, 'utf8')), undefined, readNumber) as {tests?: readonly RawCase[]}
  const file = basename(path, '.json')
  return (content.tests ?? []).flatMap(raw => expand(raw, file, path.includes('rest-query-validation')))
}

type RawCase = CaseBody & {readonly name: string; readonly format?: readonly string[]; readonly config?: readonly unknown[]}

function expand(raw: RawCase, file: string, isRest: boolean): Case[] {
  const result: Case[] = []
  for (const format of raw.format ?? [undefined])
    for (const setting of raw.config ?? [undefined]) {
      const statements = raw.statements.map(text => (format === undefined ? text : text.replaceAll('{FORMAT}', format)))
      const properties = Object.fromEntries(
        Object.entries(raw.properties ?? {}).map(([name, value]) => [name, value === '{CONFIG}' ? setting : value]),
      )
      const suffix = `${format === undefined ? '' : ` - ${format}`}${setting === undefined ? '' : ` - ${String(setting)}`}`
      result.push({
        file,
        name: `${file} - ${raw.name}${suffix}`,
        isRest,
        formats: formatsIn(statements),
        body: {...raw, statements, properties},
      })
    }
  return result
}

const formatsIn = (statements: readonly string[]): string[] => [
  ...new Set(
    statements.flatMap(text => [...text.matchAll(/format\s*=\s*'(\w+)'/gi)].map(match => (match[1] ?? '').toUpperCase())),
  ),
]

/** The files allow `//` and block comments outside of strings. */
const withoutComments = (text: string): string =>
  text.replaceAll(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, part => (part.startsWith('"') ? part : ''))
