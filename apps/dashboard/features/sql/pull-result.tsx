import {Table2} from 'lucide-react'
import type {ReactNode} from 'react'
import type {Row} from '../../graphql/sql.ts'
import type {Column} from '../../graphql/sources.ts'
import {plural} from '../../lib/format.ts'
import {Empty} from '../../ui/faces.tsx'
import {Panel} from '../../ui/panel.tsx'
import {RowGrid} from '../../ui/row-grid.tsx'
import {Status} from '../../ui/status.tsx'

type PullResultProps = {
  readonly title: ReactNode
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  readonly ms: number
}

/** The answer of a pull query. */
export const PullResult = ({title, columns, rows, ms}: PullResultProps) => (
  <Panel
    title={title}
    isFlush
    actions={
      <>
        <span className="figure text-[12.5px] text-muted">
          {plural(rows.length, 'row')} in {Math.max(1, Math.round(ms))} ms
        </span>
        <Status tone="ok">Done</Status>
      </>
    }
  >
    {rows.length === 0 ? (
      <Empty icon={Table2} title="No rows">
        The query ran, and nothing fits it now.
      </Empty>
    ) : (
      <RowGrid label="Rows of the query" columns={columns} count={rows.length} at={index => rows[index]} keyOf={index => index} />
    )}
  </Panel>
)
