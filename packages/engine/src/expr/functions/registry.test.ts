import {expect, test} from 'vitest'
import {INT, VARCHAR} from '../../schema/sql-type.ts'
import {overload, p, scalar} from './define.ts'
import {allFunctions, isBuiltIn, lookUpAggregate, lookUpFunction, registerFunction} from './registry.ts'
import {call} from './test-call.ts'

test('there are 149 built-in functions: 129 scalar, 18 aggregate, 2 table', () => {
  const builtIn = allFunctions().filter(definition => isBuiltIn(definition.name))
  const count = (kind: string) => builtIn.filter(definition => definition.kind === kind).length
  expect({scalar: count('scalar'), aggregate: count('aggregate'), table: count('table')}).toEqual({
    scalar: 129,
    aggregate: 18,
    table: 2,
  })
  expect(new Set(builtIn.map(definition => definition.name)).size).toBe(149)
})

test('every function has an upper-case name, a description that ends with a stop, and overloads', () => {
  for (const {name, description, overloads} of allFunctions()) {
    expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/)
    expect(description, name).toMatch(/\.$/)
    expect(overloads.length, name).toBeGreaterThan(0)
  }
})

test('names are looked up in any case, scalars and aggregates apart', () => {
  expect(lookUpFunction('ucase')?.name).toBe('UCASE')
  expect(lookUpFunction('Explode')?.kind).toBe('table')
  expect(lookUpFunction('COUNT')).toBe(undefined)
  expect(lookUpAggregate('count')?.name).toBe('COUNT')
  expect(lookUpAggregate('UCASE')).toBe(undefined)
})

const shout = scalar('shout', 'string', 'Upper case, and loud.', [
  overload([p('text', VARCHAR)], VARCHAR, (text: string) => `${text.toUpperCase()}!`),
])

test('a user function can be called until it is removed', () => {
  const remove = registerFunction(shout)
  expect(call('SHOUT', [VARCHAR, 'hey'])).toBe('HEY!')
  expect(isBuiltIn('SHOUT')).toBe(false)
  expect(() => registerFunction(shout)).toThrow(/A function named SHOUT exists/)
  remove()
  expect(lookUpFunction('SHOUT')).toBe(undefined)
})

test('a user function cannot take a built-in name, a strange name, or have no overloads', () => {
  expect(() => registerFunction({...shout, name: 'Count'})).toThrow(/A built-in function named COUNT exists/)
  expect(() => registerFunction({...shout, name: 'a b'})).toThrow(/no function name/)
  expect(() => registerFunction(scalar('EMPTY', 'other', 'Nothing.', []))).toThrow(/no overloads/)
})

test('only what depends on chance or time is not deterministic', () => {
  const names = allFunctions().filter(definition => definition.isDeterministic === false).map(definition => definition.name) // prettier-ignore
  expect(names).toEqual(['RANDOM', 'UNIX_DATE', 'UNIX_TIMESTAMP', 'UUID'])
  expect(call('UNIX_TIMESTAMP')).toBe(1_700_000_000_123)
  expect(call('UNIX_DATE')).toBe(19675)
  expect(call('FROM_DAYS', [INT, 5])).toBe(5)
})
