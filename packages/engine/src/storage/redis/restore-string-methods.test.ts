import {setFlagsFromString} from 'node:v8'
import {runInThisContext} from 'node:vm'
import {expect, test} from 'vitest'
import {restoreStringMethods} from './restore-string-methods.ts'

test('text methods are fast again after a class that extends String', () => {
  setFlagsFromString('--allow-natives-syntax')
  const isFast = runInThisContext('of => %HasFastProperties(of)') as (of: object) => boolean
  runInThisContext('(class extends String { constructor() { super() } })')
  expect(isFast(String.prototype)).toBe(false)
  restoreStringMethods()
  expect(isFast(String.prototype)).toBe(true)
})
