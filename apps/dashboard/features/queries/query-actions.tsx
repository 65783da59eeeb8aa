'use client'
import {Pause, Play, Square} from 'lucide-react'
import {useState} from 'react'
import {useRouter} from 'next/navigation'
import {asRequestError} from '../../graphql/request-error.ts'
import type {PersistentQuery} from '../../graphql/queries.ts'
import {Button} from '../../ui/button.tsx'
import {runStatement} from './run-statement.ts'
import {TerminateDialog} from './terminate-dialog.tsx'

type QueryActionsProps = {readonly query: PersistentQuery; readonly onDone: () => void}

/** Pause, resume, terminate: what cannot be taken back asks first. */
export function QueryActions({query, onDone}: QueryActionsProps) {
  const [isAsking, setAsking] = useState(false)
  const [problem, setProblem] = useState<string>()
  const router = useRouter()
  const run = async (statement: string): Promise<boolean> => {
    try {
      await runStatement(statement)
      setProblem(undefined)
      onDone()
      return true
    } catch (error) {
      setProblem(asRequestError(error).message)
      return false
    }
  }
  const terminate = async (): Promise<void> => {
    const isDone = await run(`TERMINATE ${query.id};`)
    setAsking(false)
    if (isDone) router.push('/queries')
  }
  return (
    <>
      {problem && (
        <p role="alert" className="max-w-md self-center text-[13px] text-bad">
          {problem}
        </p>
      )}
      {query.state === 'PAUSED' ? (
        <Button onClick={() => void run(`RESUME ${query.id};`)}>
          <Play size={14} aria-hidden /> Resume
        </Button>
      ) : (
        <Button onClick={() => void run(`PAUSE ${query.id};`)} disabled={query.state === 'FAILED'}>
          <Pause size={14} aria-hidden /> Pause
        </Button>
      )}
      <Button onClick={() => setAsking(true)}>
        <Square size={13} aria-hidden /> Terminate
      </Button>
      <TerminateDialog query={query} isOpen={isAsking} onCancel={() => setAsking(false)} onConfirm={() => void terminate()} />
    </>
  )
}
