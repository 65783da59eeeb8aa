import type {Outcome} from './outcome.ts'

export type CaseReport = {
  readonly name: string
  readonly file: string
  readonly isRest: boolean
  readonly isNegative: boolean
  readonly outcome: Outcome | {readonly kind: 'skipped'; readonly reason: string}
}

/** What a file of cases is about; the first pattern that fits. */
const categories: readonly (readonly [string, RegExp])[] = [
  ['joins', /join/],
  ['windows', /window|suppress/],
  ['group by, having, partition by', /^(group-by|having|partition-by|multi-col-keys)/],
  ['formats', /^(avro|delimited|elements|formats|json|json_sr|kafka|key-schemas|none|protobuf|serdes|headers)$/],
  ['aggregate functions', /^(attr|average|collect|correlation|count|earliest|histogram|latest|max|min|stddev|sum|topk|udaf)/],
  ['lambdas and table functions', /(lambda|reduce|transform|filter|explode|table-functions|cube)/],
  [
    'types, literals, operators',
    /^(arithmetic|array|between|binary|bytes|case|cast|comparison|create|date$|decimal|in$|interval|is-|like|literals|logic|map|nested|not|null|simple-struct|select-struct|struct|time$|timestamp$|types)/,
  ],
  [
    'statements and sources',
    /^(asserts|drop|identifiers|insert-into|quoted|project|select|source|table|timestamp|where|as_value|key|row|sink|replace-with|queries|emit)/,
  ],
]

const categoryOf = ({file, isRest}: CaseReport): string => {
  if (isRest)
    return file.startsWith('push') || file.startsWith('scalable')
      ? 'server: push queries'
      : file.startsWith('insert')
        ? 'server: INSERT VALUES'
        : 'server: pull queries'
  return categories.find(([, pattern]) => pattern.test(file))?.[0] ?? 'scalar functions'
}

/** A table of counts by category, in Markdown. */
export function reportTable(reports: readonly CaseReport[]): string {
  const rows = new Map<string, Record<'passed' | 'failed' | 'skipped' | 'refused', number>>()
  for (const report of reports) {
    const name = categoryOf(report)
    const row = rows.get(name) ?? {passed: 0, failed: 0, skipped: 0, refused: 0}
    row[report.outcome.kind]++
    if (report.isNegative && report.outcome.kind === 'passed') row.refused++
    rows.set(name, row)
  }
  const lines = [...rows]
    .toSorted(([left], [right]) => left.localeCompare(right))
    .map(([name, {passed, refused, failed, skipped}]) => `| ${name} | ${passed} | ${refused} | ${failed} | ${skipped} |`)
  return ['| Category | Passed | of them refusals | Failed | Skipped |', '| --- | ---: | ---: | ---: | ---: |', ...lines].join(
    '\n',
  )
}

/** The last lines of a run: why cases were skipped, the share of refusals and of all, and what failed. */
export function summary(reports: readonly CaseReport[]): string {
  const lines: string[] = []
  const reasons = new Map<string, number>()
  for (const {outcome} of reports)
    if (outcome.kind === 'skipped') reasons.set(outcome.reason, (reasons.get(outcome.reason) ?? 0) + 1)
  for (const [reason, times] of reasons) lines.push(`skipped ${times}: ${reason}`)
  const negative = reports.filter(({isNegative, outcome}) => isNegative && outcome.kind !== 'skipped')
  const worded = negative.filter(({outcome}) => outcome.kind === 'passed' && outcome.messageMatches === true).length
  lines.push(`refusals: ${count(negative, 'passed')} of ${negative.length}, ${worded} with ksqlDB's words`)
  const ran = count(reports, 'passed') + count(reports, 'failed')
  lines.push(`${((100 * count(reports, 'passed')) / Math.max(1, ran)).toFixed(2)} % of the cases that can run here`)
  return lines.join('\n')
}

export const count = (reports: readonly CaseReport[], kind: CaseReport['outcome']['kind']): number =>
  reports.filter(({outcome}) => outcome.kind === kind).length
