'use client'
import type {PersistentQuery} from '../../graphql/queries.ts'
import {sourceDocument} from '../../graphql/sources.ts'
import {useQuery} from '../../graphql/use-query.ts'
import {Button} from '../../ui/button.tsx'
import {Dialog} from '../../ui/dialog.tsx'

type TerminateDialogProps = {
  readonly query: PersistentQuery
  readonly isOpen: boolean
  readonly onCancel: () => void
  readonly onConfirm: () => void
}

export const TerminateDialog = ({query, isOpen, onCancel, onConfirm}: TerminateDialogProps) => (
  <Dialog title={`Terminate ${query.id}?`} isOpen={isOpen} onClose={onCancel}>
    <Consequences query={query} />
    <div className="flex justify-end gap-2">
      <Button onClick={onCancel}>Keep it running</Button>
      <Button look="danger" onClick={onConfirm}>
        Terminate
      </Button>
    </div>
  </Dialog>
)

/** Names what stops, what stays, and who notices. */
function Consequences({query}: {readonly query: PersistentQuery}) {
  const {result} = useQuery(sourceDocument, {name: query.sink})
  const readers = result.state === 'ready' ? (result.data.source?.readBy ?? []) : []
  return (
    <ul className="flex list-disc flex-col gap-1 pl-5 text-soft">
      <li>
        <b>{query.sink}</b> gets no more rows from {query.sources.join(', ')}.
      </li>
      <li>
        The topic <b>{query.sinkTopic}</b> and what is in it stay.
      </li>
      {readers.length > 0 && (
        <li>
          Still reading <b>{query.sink}</b>, and getting nothing new: {readers.join(', ')}.
        </li>
      )}
      <li>It cannot be resumed; the statement can be run again.</li>
    </ul>
  )
}
