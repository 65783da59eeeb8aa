import {expect, test} from 'vitest'
import {slotOf} from './connection-slot.ts'

test('keys have the slots that CLUSTER KEYSLOT says', () => {
  // `123456789` is the check value of CRC16/XMODEM: 0x31c3.
  expect(slotOf('123456789')).toBe(0x31c3 % 16_384)
  expect(slotOf('foo')).toBe(12_182)
  expect(slotOf('')).toBe(0)
})

test('only the first hash tag that is not empty counts', () => {
  expect(slotOf('a:{foo}:b')).toBe(slotOf('foo'))
  expect(slotOf('{foo}{bar}')).toBe(slotOf('foo'))
  expect(slotOf('{}foo')).not.toBe(slotOf('foo'))
})
