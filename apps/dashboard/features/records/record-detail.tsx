import {X} from 'lucide-react'
import type {ReactNode} from 'react'
import type {TopicRecord} from '../../graphql/records.ts'
import {exact} from '../../lib/format.ts'
import {printJson} from '../../lib/json.ts'
import {dateTime} from '../../lib/time.ts'
import {Button} from '../../ui/button.tsx'
import {Code} from '../../ui/code.tsx'

const printed = (value: unknown): string => (typeof value === 'string' ? value : printJson(value, 2))

/** Header values travel as base64; most are text. */
function headerText(value: string | null): string {
  if (value === null) return 'null'
  return new TextDecoder().decode(Uint8Array.from(atob(value), letter => letter.charCodeAt(0)))
}

/** One record in full. */
export const RecordDetail = ({record, onClose}: {readonly record: TopicRecord; readonly onClose: () => void}) => (
  <aside aria-label="Record" className="border-t">
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2 text-[13px]">
      <strong className="figure font-semibold">
        Partition {record.partition}, offset {exact(record.offset)}
      </strong>
      <span className="figure text-muted">{dateTime(record.timestamp)} UTC</span>
      <Button look="bare" className="ml-auto px-1.5" aria-label="Close record" onClick={onClose}>
        <X size={15} aria-hidden />
      </Button>
    </div>
    <div className="grid grid-cols-1 gap-px border-t bg-line md:grid-cols-[1fr_2fr]">
      <Part title="Key">
        <Code label="key" text={printed(record.key)} isWrapped />
        {record.headers.length > 0 && (
          <dl className="border-t px-3 py-2 text-[13px]">
            {record.headers.map((header, i) => (
              <div key={`${header.key}:${i}`} className="flex gap-2">
                <dt className="text-muted">{header.key}</dt>
                <dd className="font-mono break-all">{headerText(header.value)}</dd>
              </div>
            ))}
          </dl>
        )}
      </Part>
      <Part title="Value">
        <Code label="value" text={printed(record.value)} isWrapped />
      </Part>
    </div>
  </aside>
)

const Part = ({title, children}: {readonly title: string; readonly children: ReactNode}) => (
  <div className="min-w-0 bg-surface">
    <h3 className="px-3 pt-2 text-[12px] font-medium text-muted">{title}</h3>
    {children}
  </div>
)
