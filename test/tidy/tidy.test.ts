import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {driversOf, rooms} from './rooms.ts'
import {filesBelow, resolveImport, root, sourcesBelow, type SourceFile} from './sources.ts'

const engineRoot = 'packages/engine/src/'
const engine = sourcesBelow('packages/engine/src')
const all = [...engine, ...sourcesBelow('apps'), ...sourcesBelow('test')]
const product = all.filter(it => !it.path.endsWith('.test.ts') && !it.path.startsWith('test/'))

const roomOf = (path: string): string | undefined => {
  const parts = path.slice(engineRoot.length).split('/')
  if (parts.length === 1) return undefined
  return parts[0] === 'storage' ? `storage/${parts[1]}` : parts[0]
}

/** Two files at the root are no room: everybody may read the bounds, and two rooms speak the public types. */
const isOpenToRoom = (path: string, room: string): boolean =>
  path === `${engineRoot}limits.ts` || (path === `${engineRoot}engine-api.ts` && (room === 'query' || room === 'groups'))

const isUnitTest = (path: string): boolean => path.endsWith('.test.ts')

test('rooms of the engine import only the rooms they may', () => {
  const broken: string[] = []
  for (const file of engine) {
    const room = roomOf(file.path)
    if (room === undefined || room === 'testing' || isUnitTest(file.path)) continue
    const allowed = rooms[room]
    if (!allowed) broken.push(`${file.path}: room '${room}' is not in rooms.ts`)
    for (const {from} of file.imports) {
      if (!from.startsWith('.')) continue
      const target = roomOf(resolveImport(file.path, from))
      if (target === room || target === 'base') continue
      const isAllowed = target === undefined ? isOpenToRoom(resolveImport(file.path, from), room) : allowed?.includes(target)
      if (!isAllowed) broken.push(`${file.path} imports ${from}`)
    }
  }
  expect(broken).toEqual([])
})

test('only the adapters know their drivers, and no other package crosses', () => {
  const broken = engine.flatMap(file =>
    file.imports
      .filter(({from}) => from in driversOf && driversOf[from] !== roomOf(file.path))
      .map(({from}) => `${file.path} imports ${from}`),
  )
  const dashboard = all.filter(
    it => it.path.startsWith('apps/dashboard/') && it.imports.some(({from}) => from.startsWith('@millrace/')),
  )
  expect([...broken, ...dashboard.map(it => it.path)]).toEqual([])
})

test('the table of rooms in the architecture document is the table that is enforced', () => {
  const document = readFileSync(join(root, 'packages/engine/ARCHITECTURE.md'), 'utf8')
  const written = [...document.matchAll(/^\| `([\w/]+)` \| (.*?) \|$/gm)].map(match => `${match[1]}: ${match[2]}`)
  expect(written).toEqual(Object.entries(rooms).map(([room, allowed]) => `${room}: ${allowed.join(', ') || '–'}`))
})

test('files do not import each other in a circle', () => {
  const graph = new Map(
    engine.map(file => [
      file.path,
      file.imports.filter(it => !it.isType && it.from.startsWith('.')).map(it => resolveImport(file.path, it.from)),
    ]),
  )
  const state = new Map<string, 'open' | 'done'>()
  const circles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') return void circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    state.set(path, 'open')
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    state.set(path, 'done')
  }
  for (const path of graph.keys()) visit(path, [])
  expect(circles).toEqual([])
})

const matches = (files: readonly SourceFile[], pattern: RegExp, except: (path: string) => boolean): string[] =>
  files
    .filter(file => !except(file.path))
    .flatMap(file =>
      file.text.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${file.path}:${i + 1}: ${line.trim()}`] : [])),
    )

test('time and chance come in through ports', () => {
  const isBase = (path: string): boolean => path.startsWith(`${engineRoot}base/`) || isUnitTest(path)
  expect(matches(engine, /\b(Date\.now|Math\.random|setTimeout|setInterval)\(/, isBase)).toEqual([])
})

test('generated code is compiled in one file', () => {
  expect(matches(product, /\bnew Function\(|\beval\(/, path => path === `${engineRoot}codegen/compile.ts`)).toEqual([])
})

test('nothing is left for later, switched off or untyped', () => {
  const tidy = (path: string): boolean => path === 'test/tidy/tidy.test.ts'
  expect(
    matches(
      all,
      /\b(FIXME|TODO)\b|\b(it|test|describe)\.(only|skip)\(|: any\s*[;,)=|\]}]|\bas any\s*[;,).\]|}]|<any>|\bany\[\]/,
      tidy,
    ),
  ).toEqual([])
})

test('every source file of the product is used', () => {
  const used = new Set(
    all.flatMap(file => file.imports.filter(it => it.from.startsWith('.')).map(it => resolveImport(file.path, it.from))),
  )
  const entries = /(^|\/)(index|main|demo|open|worker-main|server)\.ts$|\.d\.ts$|\/app\/|next\.config|\/config\.ts$/
  const dynamic = all.map(it => it.text).join('\n')
  const unused = product.filter(
    file =>
      !used.has(file.path) &&
      !entries.test(file.path) &&
      !dynamic.includes(
        `/${file.path
          .split('/')
          .at(-1)
          ?.replace(/\.tsx?$/, '')}'`,
      ),
  )
  expect(unused.map(it => it.path)).toEqual([])
})

test('exports of the engine and the server are used somewhere else', () => {
  const texts = new Map(all.map(file => [file.path, file.text]))
  const dead: string[] = []
  for (const file of product.filter(it => it.path.startsWith('packages/') || it.path.startsWith('apps/server/'))) {
    if (/\/(index|engine-api|definition)\.ts$|\.gen\.ts$/.test(file.path)) continue
    for (const [, name] of file.text.matchAll(
      /^export (?:const|function|class|type|interface|async function|function\*|async function\*) (\w+)/gm,
    )) {
      if (!name) continue
      const pattern = new RegExp(`\\b${name}\\b`)
      const uses = file.text.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0
      const elsewhere = [...texts].some(([path, text]) => path !== file.path && pattern.test(text))
      if (!elsewhere && uses <= 1) dead.push(`${file.path}: ${name}`)
    }
  }
  expect(dead).toEqual([])
})

test('the project speaks of itself alone', () => {
  const texts = [...filesBelow('.', ['.md', '.json', '.yml', '.mjs', '.ts', '.tsx', '.css'])].filter(
    path => !/package-lock\.json$|tidy\.test\.ts$/.test(path),
  )
  const foreign = /\/work\/(main|shared)|registry\.npmjs|deb\.debian\.org|\bClaude\b|\bOpenAI\b|language model/i
  const found = texts.filter(path => foreign.test(readFileSync(join(root, path), 'utf8')))
  expect(found).toEqual([])
})
