import {explainCode} from '../../codegen/evaluator.ts'
import type {EvaluationEnv} from '../../expr/bind.ts'
import type {Expr} from '../../expr/ir.ts'
import {stateLines} from '../../plan/explain-state.ts'
import {explainPersistent, explainStep} from '../../plan/explain.ts'
import {explainPull, type KeyIndexOf} from '../../plan/explain-pull.ts'
import {exprText} from '../../plan/expr-text.ts'
import {inputsOf} from '../../plan/plan-sources.ts'
import type {PersistentPlan} from '../../plan/query-plan.ts'
import type {Step} from '../../plan/step.ts'
import type {CompiledStatement} from '../../sql/statements/compiled-statement.ts'
import {derivedResult} from '../../topology/derived-result.ts'
import {printTopology} from '../../topology/print-topology.ts'
import {splitTopology} from '../../topology/split.ts'
import {statementKind} from './statement-kind.ts'

/** A plan as text: what runs, in which parts, with which state and what bounds it, and the code made of its expressions. */
export function explainPlan(
  statement: CompiledStatement | {readonly kind: 'insert-select'; readonly plan: PersistentPlan},
  env: EvaluationEnv,
  keyIndexOf: KeyIndexOf,
): string {
  switch (statement.kind) {
    case 'create-as':
    case 'insert-select': {
      const {plan} = statement
      const subs = splitTopology(plan.root, plan.queryId, {kind: 'sink', sink: plan.sink})
      return sections(
        explainPersistent(plan),
        printTopology(subs),
        stateText(plan.root, derivedResult(plan.root) === undefined ? plan.sink.store : undefined),
        codeText(plan.root, env),
      )
    }
    case 'push': {
      const {root} = statement.plan
      const topology = printTopology(splitTopology(root, 'push', {kind: 'result'}))
      return sections(`Push query\n${explainStep(root)}`, topology, stateText(root, undefined), codeText(root, env))
    }
    case 'pull':
      return `Pull query\n${explainPull(statement.plan.root, keyIndexOf)}`
    default:
      return `${statementKind(statement)} runs no query: there is no plan to show`
  }
}

const sections = (...texts: readonly string[]): string => texts.filter(text => text !== '').join('\n\n')

function stateText(root: Step, resultStore: string | undefined): string {
  const lines = stateLines(root, resultStore)
  return lines.length === 0 ? 'State: none' : ['State', ...lines.map(line => `  ${line}`)].join('\n')
}

/** Plain columns need no code. */
function codeText(root: Step, env: EvaluationEnv): string {
  const parts = stepsOf(root).flatMap(step =>
    exprsOf(step)
      .filter(expr => expr.kind !== 'column' && expr.kind !== 'literal' && expr.kind !== 'system')
      .map(expr => `${step.id}: ${exprText(expr)}\n${indented(explainCode(expr, env))}`),
  )
  return parts.length === 0 ? '' : ['Generated code', ...parts].join('\n')
}

const stepsOf = (step: Step): readonly Step[] => [...inputsOf(step).flatMap(stepsOf), step]

function exprsOf(step: Step): readonly Expr[] {
  switch (step.kind) {
    case 'filter':
      return [step.where]
    case 'project':
      return step.value
    case 'rekey':
      return step.key
    case 'aggregate':
      return step.aggregations.flatMap(({args}) => args)
    default:
      return []
  }
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map(line => `  ${line}`)
    .join('\n')
