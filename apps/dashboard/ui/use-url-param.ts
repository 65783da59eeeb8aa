'use client'
import {useSearchParams} from 'next/navigation'
import {useCallback} from 'react'

/** What changes which data is on screen stands in the address; a reload shows the same. The fallback is left out of it. */
export function useUrlParam(name: string, fallback = ''): readonly [string, (value: string) => void] {
  const value = useSearchParams().get(name) ?? fallback
  const set = useCallback(
    (next: string) => {
      const params = new URLSearchParams(window.location.search)
      if (next === fallback) params.delete(name)
      else params.set(name, next)
      const query = params.toString()
      window.history.replaceState(null, '', query ? `?${query}` : window.location.pathname)
    },
    [name, fallback],
  )
  return [value, set]
}
