import {setImmediate as nextTurn} from 'node:timers/promises'

/**
 * An answer for each item, in their order, asked for in portions of `size`, at most `atATime` of them under way. Whoever else
 * waits for this thread or for the same server has its turn between two portions.
 */
export async function inPortions<Q, A>(
  items: readonly Q[],
  size: number,
  atATime: number,
  ask: (portion: readonly Q[]) => Promise<readonly A[]>,
): Promise<readonly A[]> {
  if (items.length <= size) return ask(items)
  const answers: (readonly A[])[] = []
  let next = 0
  const askOn = async (): Promise<void> => {
    for (let i = next++; i * size < items.length; i = next++) {
      answers[i] = await ask(items.slice(i * size, (i + 1) * size))
      await nextTurn()
    }
  }
  await Promise.all(Array.from({length: atATime}, askOn))
  return answers.flat()
}
