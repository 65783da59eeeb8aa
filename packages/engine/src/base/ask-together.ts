import {must} from './assert.ts'

type Waiting<Q, A> = {readonly question: Q; readonly resolve: (answer: A) => void; readonly reject: (error: unknown) => void}

/** Questions of one turn are asked together, at most `max` at a time: a thousand small ones cost a round trip each otherwise. */
export class AskTogether<Q, A> {
  readonly #askAll: (questions: readonly Q[]) => Promise<readonly A[]>
  readonly #max: number
  #waiting: Waiting<Q, A>[] = []

  /** `askAll` gives an answer for each question, in their order. */
  constructor(askAll: (questions: readonly Q[]) => Promise<readonly A[]>, max: number) {
    this.#askAll = askAll
    this.#max = max
  }

  ask(question: Q): Promise<A> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({question, resolve, reject})
      if (this.#waiting.length === 1) queueMicrotask(() => void this.#send())
    })
  }

  async #send(): Promise<void> {
    const all = this.#waiting
    this.#waiting = []
    await Promise.all(
      Array.from({length: Math.ceil(all.length / this.#max)}, (_, i) =>
        this.#sendSome(all.slice(i * this.#max, (i + 1) * this.#max)),
      ),
    )
  }

  async #sendSome(some: readonly Waiting<Q, A>[]): Promise<void> {
    try {
      const answers = await this.#askAll(some.map(({question}) => question))
      for (const [i, {resolve}] of some.entries()) resolve(must(answers[i], 'an answer for each question'))
    } catch (error) {
      for (const {reject} of some) reject(error)
    }
  }
}
