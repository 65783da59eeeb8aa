import {spawn, type ChildProcess} from 'node:child_process'
import {createInterface} from 'node:readline'
import type {Event} from './history.ts'

/** The process of a consumer or a copier, which is started again after each death. */
export class ConsumerProcess {
  readonly #file: string
  readonly #args: readonly string[]
  readonly #hear: (event: Event) => void
  #child: ChildProcess

  constructor(script: 'consumer.ts' | 'copier.ts', args: readonly string[], hear: (event: Event) => void) {
    this.#file = new URL(`./${script}`, import.meta.url).pathname
    this.#args = args
    this.#hear = hear
    this.#child = this.#start()
  }

  /** kill -9; resolves when all that it said was heard. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${this.#file} ended with ${child.exitCode} by itself`)
    const ended = new Promise(resolve => child.once('close', resolve))
    child.kill('SIGKILL')
    await ended
  }

  restart(): void {
    this.#child = this.#start()
  }

  #start(): ChildProcess {
    const child = spawn(process.execPath, ['--import', 'tsx', this.#file, ...this.#args], {stdio: ['ignore', 'pipe', 'inherit']})
    const killed = () => child.kill('SIGKILL')
    process.once('exit', killed)
    child.once('exit', () => process.off('exit', killed))
    createInterface({input: child.stdout}).on('line', text => {
      const event = parseLine(text)
      if (event) this.#hear(event)
    })
    return child
  }
}

/** The last line of a process that was killed may be cut. */
function parseLine(text: string): Event | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
