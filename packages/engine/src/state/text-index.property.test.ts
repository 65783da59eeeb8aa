import fc from 'fast-check'
import {expect, test} from 'vitest'
import {TextIndex} from './text-index.ts'

const texts = fc.oneof(fc.string({maxLength: 3}), fc.constantFrom('', 'ä', '漢字', 'x'.repeat(3000)), fc.nat(400).map(String))

test('it finds what a Map finds, however texts come and go', () => {
  fc.assert(
    fc.property(fc.array(fc.record({text: texts, goes: fc.boolean()}), {maxLength: 3000}), changes => {
      const index = new TextIndex()
      const model = new Map<string, number>()
      let slots = 0
      for (const {text, goes} of changes) {
        expect(index.findText(text)).toBe(model.get(text) ?? -1)
        if (goes) {
          index.delete(text)
          model.delete(text)
        } else if (!model.has(text)) {
          index.setText(slots, text)
          model.set(text, slots++)
        }
      }
      for (const [text, slot] of model) {
        const bytes = Buffer.from(`<${text}>`)
        expect(index.find(bytes, 1, bytes.length - 1)).toBe(slot)
      }
    }),
    {numRuns: 60},
  )
})

test('many keys that differ at their end stay quick to find', () => {
  const index = new TextIndex()
  for (let i = 0; i < 200_000; i++) index.setText(i, `user-${i}`)
  for (let i = 0; i < 200_000; i++) if (index.findText(`user-${i}`) !== i) throw new Error(`user-${i} is lost`)
  expect(index.findText('user-200000')).toBe(-1)
})
