'use client'
import {useSyncExternalStore} from 'react'
import {onNextFrame} from './frame.ts'

/** Says that something it stands for has changed: at most once a frame, whatever the rate of changes. */
export class Signal {
  #version = 0
  readonly #listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly version = (): number => this.#version

  readonly touch = (): void => onNextFrame(this.#notify)

  readonly #notify = (): void => {
    this.#version++
    for (const listener of this.#listeners) listener()
  }
}

/** Renders the component again when the signal is touched. */
export const useSignal = (signal: Signal): number => useSyncExternalStore(signal.subscribe, signal.version, () => 0)
