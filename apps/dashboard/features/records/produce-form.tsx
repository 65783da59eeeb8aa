'use client'
import {Send} from 'lucide-react'
import {useEffect, useState, type ReactNode} from 'react'
import {produceDocument, type Produced} from '../../graphql/records.ts'
import {asRequestError} from '../../graphql/request-error.ts'
import {request} from '../../graphql/request.ts'
import {sourcesDocument} from '../../graphql/sources.ts'
import {useQuery} from '../../graphql/use-query.ts'
import {Button} from '../../ui/button.tsx'
import {Field, inputStyle} from '../../ui/field.tsx'
import {Panel} from '../../ui/panel.tsx'
import {Status} from '../../ui/status.tsx'
import {example, parseField} from './produce-input.ts'

type ProduceFormProps = {readonly topic: string; readonly partitions: number; readonly choice: ReactNode}
type Outcome = {readonly tone: 'ok' | 'bad'; readonly lines: readonly string[]}

/** Appends one record; its key and value are JSON. */
export function ProduceForm({topic, partitions, choice}: ProduceFormProps) {
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const [partition, setPartition] = useState('')
  const [acks, setAcks] = useState<'LEADER' | 'ALL'>('LEADER')
  const [outcome, setOutcome] = useState<Outcome>()
  const [isBusy, setBusy] = useState(false)
  const sources = useQuery(sourcesDocument, {}).result

  useEffect(() => {
    if (sources.state !== 'ready') return
    const source = [...sources.data.streams, ...sources.data.tables].find(it => it.topic === topic)
    if (source) setValue(before => before || example(source.columns))
  }, [sources.state])

  const send = async (): Promise<void> => {
    const parsed = [parseField('Key', key), parseField('Value', value)] as const
    const problems = parsed.flatMap(it => ('problem' in it ? [it.problem] : []))
    if (problems.length > 0) return setOutcome({tone: 'bad', lines: problems})
    setBusy(true)
    const record = {
      ...(key.trim() === '' ? {} : {key: 'value' in parsed[0] ? parsed[0].value : null}),
      value: 'value' in parsed[1] ? parsed[1].value : null,
      ...(partition === '' ? {} : {partition: Number(partition)}),
    }
    try {
      const {produce} = await request(produceDocument, {input: {topic, acks, records: [record]}})
      setOutcome(told(produce))
    } catch (error) {
      setOutcome({tone: 'bad', lines: [asRequestError(error).message]})
    }
    setBusy(false)
  }

  return (
    <Panel title="Produce a record" actions={choice}>
      <form
        className="grid grid-cols-1 gap-3 md:grid-cols-[minmax(0,1fr)_minmax(0,2fr)]"
        onSubmit={event => {
          event.preventDefault()
          void send()
        }}
      >
        <div className="flex flex-col gap-3">
          <Field label="Key" hint="JSON, or plain text. Empty: no key.">
            <input className={`${inputStyle} font-mono`} value={key} onChange={event => setKey(event.target.value)} />
          </Field>
          <Field label="Partition">
            <select className={inputStyle} value={partition} onChange={event => setPartition(event.target.value)}>
              <option value="">By key</option>
              {Array.from({length: partitions}, (_, i) => (
                <option key={i}>{i}</option>
              ))}
            </select>
          </Field>
          <Field label="Acknowledged">
            <select
              className={inputStyle}
              value={acks}
              onChange={event => setAcks(event.target.value === 'ALL' ? 'ALL' : 'LEADER')}
            >
              <option value="LEADER">LEADER: applied by the primary</option>
              <option value="ALL">ALL: on disk and on replicas</option>
            </select>
          </Field>
        </div>
        <Field label="Value" hint="JSON. null is a tombstone: the key is gone.">
          <textarea
            className={`${inputStyle} min-h-44 py-2 font-mono leading-relaxed`}
            spellCheck={false}
            required
            value={value}
            onChange={event => setValue(event.target.value)}
          />
        </Field>
        <div className="flex flex-wrap items-start gap-3 md:col-span-2">
          <Button type="submit" look="primary" disabled={isBusy}>
            <Send size={14} aria-hidden /> Produce
          </Button>
          <div role="status" className="flex min-w-0 flex-col gap-1">
            {outcome?.lines.map(line => (
              <span key={line} className="flex gap-2 text-[13px] break-words">
                <Status tone={outcome.tone}>{outcome.tone === 'ok' ? 'Appended' : 'Refused'}</Status>
                <span className="min-w-0">{line}</span>
              </span>
            ))}
          </div>
        </div>
      </form>
    </Panel>
  )
}

const told = ({ranges, errors}: Produced): Outcome =>
  errors.length > 0
    ? {tone: 'bad', lines: errors.map(error => `${error.code}: ${error.message}`)}
    : {tone: 'ok', lines: ranges.map(range => `partition ${range.partition}, offset ${range.firstOffset}`)}
