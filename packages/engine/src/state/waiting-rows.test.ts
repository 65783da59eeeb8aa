import fc from 'fast-check'
import {expect, test} from 'vitest'
import {WaitingRows} from './waiting-rows.ts'

test('rows come out in order of time, those of one time by number, whatever came and went in between', () => {
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
        const due = plain.filter(row => row.time === rows.firstTime).map(row => row.slot)
        expect(rows.firstSlot).toBe(due.length === 0 ? -1 : Math.min(...due))
        expect(rows.firstNumber).toBe(due.length === 0 ? -1 : rows.firstSlot * 2)
      }
    }),
  )
})
