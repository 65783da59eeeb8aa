/**
 * Words that end an expression, a name or an alias wherever they stand, so that they are no names without quotes. All
 * other keywords of the language are recognized by their place only.
 */
const reservedWords: ReadonlySet<string> = new Set(
  (
    'SELECT FROM AS WHERE WITHIN WINDOW GROUP BY HAVING LIMIT AND OR NOT IN BETWEEN LIKE IS NULL TRUE FALSE CASE WHEN THEN ' +
    'ELSE END JOIN INNER LEFT RIGHT FULL OUTER ON CAST CREATE INSERT INTO VALUES DROP WITH DISTINCT STREAM TABLE'
  ).split(' '),
)

export function isReserved(word: string): boolean {
  return reservedWords.has(word)
}
