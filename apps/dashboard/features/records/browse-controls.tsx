'use client'
import {useState} from 'react'
import {Button} from '../../ui/button.tsx'
import {inputStyle} from '../../ui/field.tsx'
import {useUrlParam} from '../../ui/use-url-param.ts'

/** Where to start and in which partition; it all stands in the address. */
export function BrowseControls({partitions}: {readonly partitions: number}) {
  const [from, setFrom] = useUrlParam('from', 'earliest')
  const [partition, setPartition] = useUrlParam('partition')
  const [stored, value = ''] = from.split(':')
  const [kind, setKind] = useState(stored ?? 'earliest')
  const [text, setText] = useState(kind === 'time' && value ? new Date(Number(value)).toISOString().slice(0, 19) : value)
  const start = (): void =>
    setFrom(kind === 'earliest' ? 'earliest' : `${kind}:${kind === 'time' ? Date.parse(`${text}Z`) : text}`)
  return (
    <form
      className="flex flex-wrap items-center gap-2"
      onSubmit={event => {
        event.preventDefault()
        start()
      }}
    >
      <select
        aria-label="Partition"
        className={inputStyle}
        value={partition}
        onChange={event => setPartition(event.target.value)}
      >
        <option value="">All partitions</option>
        {Array.from({length: partitions}, (_, i) => (
          <option key={i} value={i}>
            Partition {i}
          </option>
        ))}
      </select>
      <select
        aria-label="Start at"
        className={inputStyle}
        value={kind}
        onChange={event => {
          setKind(event.target.value)
          setText('')
          if (event.target.value === 'earliest') setFrom('earliest')
        }}
      >
        <option value="earliest">From the beginning</option>
        <option value="offset">From offset</option>
        <option value="time">From time (UTC)</option>
      </select>
      {kind === 'offset' && (
        <input
          aria-label="Offset"
          inputMode="numeric"
          pattern="\d+"
          required
          className={`${inputStyle} w-24`}
          value={text}
          onChange={event => setText(event.target.value)}
        />
      )}
      {kind === 'time' && (
        <input
          aria-label="Time, UTC"
          type="datetime-local"
          step={1}
          required
          className={inputStyle}
          value={text}
          onChange={event => setText(event.target.value)}
        />
      )}
      {kind !== 'earliest' && <Button type="submit">Go</Button>}
    </form>
  )
}
