import type {Row, StatementResult} from '../../graphql/sql.ts'
import {Cell} from '../../ui/cell.tsx'
import {Panel} from '../../ui/panel.tsx'
import {Status} from '../../ui/status.tsx'
import {Table} from '../../ui/table.tsx'

/** What statements did, one panel each. */
export const Executed = ({statements}: {readonly statements: readonly StatementResult[]}) =>
  statements.map((statement, i) => (
    <Panel
      key={i}
      title={<span className="font-mono text-[12.5px] font-normal">{statement.kind.replaceAll('_', ' ')}</span>}
      isFlush
      actions={<Status tone="ok">Done</Status>}
    >
      {isText(statement) ? (
        <Text text={statement.rows.map(row => String(row['line'])).join('\n')} />
      ) : (
        <>
          <Text text={statement.message} />
          {statement.rows.length > 0 && <Rows statement={statement} />}
        </>
      )}
      {statement.warnings.map(warning => (
        <p key={warning} className="flex gap-2 border-t px-3 py-2 text-[13px]">
          <Status tone="warn">Warning</Status> {warning}
        </p>
      ))}
    </Panel>
  ))

const isText = (statement: StatementResult): boolean => statement.columns.length === 1 && statement.columns[0] === 'line'

const Text = ({text}: {readonly text: string}) => (
  <pre
    tabIndex={0}
    role="region"
    aria-label="Message"
    className="max-h-96 overflow-auto px-3 py-2 font-mono text-[12.5px] leading-relaxed"
  >
    {text}
  </pre>
)

const Rows = ({statement}: {readonly statement: StatementResult}) => (
  <div className="border-t">
    <Table<readonly [number, Row]>
      label="Rows of the statement"
      rows={statement.rows.map((row, i) => [i, row] as const)}
      keyOf={([i]) => String(i)}
      columns={statement.columns.map(name => ({
        name,
        isMono: true,
        className: 'max-w-[34rem] truncate',
        cell: ([, row]) => <Cell value={row[name]} />,
      }))}
    />
  </div>
)
