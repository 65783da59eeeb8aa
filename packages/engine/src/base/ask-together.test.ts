import {expect, test} from 'vitest'
import {AskTogether} from './ask-together.ts'

test('questions of one turn are asked together, in portions, and each gets its own answer', async () => {
  const asked: (readonly number[])[] = []
  const doubles = new AskTogether<number, number>(async questions => {
    asked.push(questions)
    return questions.map(question => question * 2)
  }, 2)
  expect(await Promise.all([1, 2, 3].map(question => doubles.ask(question)))).toEqual([2, 4, 6])
  expect(await doubles.ask(4)).toBe(8)
  expect(asked).toEqual([[1, 2], [3], [4]])
})

test('a failure is told to all who asked with it, and the next question is asked anew', async () => {
  let fails = true
  const asking = new AskTogether<string, string>(async questions => {
    if (fails) throw new Error('away')
    return questions
  }, 10)
  const failed = await Promise.allSettled([asking.ask('a'), asking.ask('b')])
  expect(failed.map(({status}) => status)).toEqual(['rejected', 'rejected'])
  fails = false
  expect(await asking.ask('c')).toBe('c')
})
