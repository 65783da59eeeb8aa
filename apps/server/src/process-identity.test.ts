import {spawnSync} from 'node:child_process'
import {hostname} from 'node:os'
import {expect, test} from 'vitest'
import {isGone, processName} from './process-identity.ts'

test('a process of this machine that has ended is gone, others are not', () => {
  const {pid} = spawnSync(process.execPath, ['--version'])
  expect(isGone(`${hostname()}:${pid}`)).toBe(true)
  expect(isGone(`${hostname()}:${process.ppid}`)).toBe(false)
  expect(isGone(`elsewhere:${pid}`)).toBe(false)
  expect(isGone('process')).toBe(false)
  expect(isGone(processName())).toBe(true)
})
