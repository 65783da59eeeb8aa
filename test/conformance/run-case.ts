import type {Engine} from '@millrace/engine'
import {inColumns} from './in-columns.ts'
import {earliest, failed, type Mode, type Outcome} from './outcome.ts'
import {createTopics, feed, outputsDifference} from './records.ts'
import {runRestCase} from './run-rest-case.ts'
import {sourcesDifference} from './sources-difference.ts'
import type {Case} from './suite.ts'

export async function runCase({body, isRest}: Case, engine: Engine, mode: Mode): Promise<Outcome> {
  const run = isRest ? runRestCase : runQueryCase
  return run(mode.isInColumns ? inColumns(body) : body, engine, mode)
}

/** Statements, then inputs, then what stands in the topics. */
async function runQueryCase(body: Case['body'], open: Engine, mode: Mode): Promise<Outcome> {
  let engine = open
  const properties = {...earliest, ...body.properties}
  await createTopics(engine, body)
  for (const [i, statement] of body.statements.entries()) {
    const result = await engine.execute(statement, {properties})
    if (result.kind === 'executed') continue
    if (body.expectedException === undefined) return failed(`refused: ${result.message}`)
    if (i < body.statements.length - 1) return failed(`an earlier statement was refused: ${result.message}`)
    return {kind: 'passed', messageMatches: result.message.includes(body.expectedException.message ?? '')}
  }
  const inputs = body.inputs ?? []
  const half = mode.reopen ? Math.floor(inputs.length / 2) : inputs.length
  await feed(engine, inputs.slice(0, half), mode.isBatched)
  if (mode.reopen) {
    engine = await mode.reopen()
    await feed(engine, inputs.slice(half), mode.isBatched)
  }
  await engine.settle()
  if (body.expectedException !== undefined)
    return engine.queries().some(query => query.state === 'FAILED')
      ? {kind: 'passed', messageMatches: false}
      : failed('expected a refusal, everything was accepted')
  return (
    (await outputsDifference(engine, body.outputs ?? [], mode)) ??
    sourcesDifference(engine, body.post?.sources ?? [], mode) ?? {kind: 'passed'}
  )
}
