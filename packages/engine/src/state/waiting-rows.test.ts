import fc from 'fast-check'
import {expect, test} from 'vitest'
import {WaitingRows} from './waiting-rows.ts'

test('rows come out in order of time, whatever the order they were added in', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({min: 0, max: 20}), {freq: 3})), steps => {
      const rows = new WaitingRows()
      const plain: {readonly time: number; readonly slot: number}[] = []
      for (const [slot, time] of steps.entries()) {
        if (time === null) {
          plain.splice(
            plain.findIndex(row => row.slot === rows.firstSlot),
            plain.length === 0 ? 0 : 1,
          )
          rows.shift()
        } else {
          rows.add(time, slot, slot * 2)
          plain.push({time, slot})
        }
        expect(rows.firstTime).toBe(Math.min(Infinity, ...plain.map(row => row.time)))
        const first = plain.find(row => row.slot === rows.firstSlot)
        expect(first?.time ?? Infinity).toBe(rows.firstTime)
        expect(rows.firstNumber).toBe(first === undefined ? -1 : first.slot * 2)
      }
    }),
  )
})
