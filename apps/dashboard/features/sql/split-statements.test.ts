import {expect, test} from 'vitest'
import {kindOf, offsetAt, placeAt, splitStatements} from './split-statements.ts'

test('a script is cut at semicolons outside quotes and comments', () => {
  const script = `SELECT ';' FROM a; -- not; here\nSELECT "x;y", \`b;\` /* ; */ FROM b;\n\n;INSERT INTO c VALUES ('it''s;')`
  expect(splitStatements(script).map(it => it.text)).toEqual([
    `SELECT ';' FROM a`,
    `-- not; here\nSELECT "x;y", \`b;\` /* ; */ FROM b`,
    `INSERT INTO c VALUES ('it''s;')`,
  ])
  for (const {text, from} of splitStatements(script)) expect(script.slice(from, from + text.length)).toBe(text)
})

test('a script of blanks and comments has no statement', () => {
  expect(splitStatements(' \n -- nothing; \n /* ; */ ;; ')).toEqual([])
})

test('quotes that never close reach to the end', () => {
  expect(splitStatements(`SELECT 'a; b`)).toEqual([{text: `SELECT 'a; b`, from: 0}])
})

test('a query with EMIT streams, one without is answered once, the rest is executed', () => {
  expect(kindOf('select * from a emit  changes')).toBe('push')
  expect(kindOf('-- look\nWITH x AS (SELECT 1) SELECT * FROM x EMIT FINAL')).toBe('push')
  expect(kindOf("SELECT 'EMIT CHANGES' FROM a")).toBe('pull')
  expect(kindOf('CREATE TABLE t AS SELECT a, COUNT(*) FROM s GROUP BY a EMIT CHANGES')).toBe('other')
})

test('lines and columns count from 1, both ways', () => {
  const text = 'ab\ncd\n'
  expect(offsetAt(text, 2, 2)).toBe(4)
  expect(placeAt(text, 4)).toEqual({line: 2, column: 2})
  expect(placeAt(text, 0)).toEqual({line: 1, column: 1})
  expect(offsetAt(text, 9, 9)).toBe(text.length)
})
