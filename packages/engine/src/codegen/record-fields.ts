import {code, lines, name, quote, type Code} from './code.ts'
import {compile} from './compile.ts'

/** What a field must hold: text; a number; an integer of 53 or of 32 bits; anything that is there. */
export type FieldForm = 'text' | 'double' | 'long' | 'int' | 'any'

export type RecordField = {
  /** Of the value's object; absent: the field is the record's key, which is never null. */
  readonly name?: string
  readonly form: FieldForm
}

/** Where fields are written to: one element a record, of the field's form. */
export type FieldColumn = unknown[] | Float64Array | Int32Array

/**
 * Fills `times` and `columns`, one a field, from records that are in their plainest form: the value an object, no partition, no
 * headers, a time of at most `latestMs` either way, fields of the form they must have, or null. Returns 1 for each null of a
 * field of numbers, whose element is left as it is, by field; undefined when a record is anything else.
 */
export type ReadFields = (
  records: readonly unknown[],
  nowMs: number,
  times: Float64Array,
  columns: readonly FieldColumn[],
) => readonly (Uint8Array | undefined)[] | undefined

/** One loop over the records that reads all fields of each. */
export function recordFields(
  fields: readonly RecordField[],
  isObject: (value: unknown) => boolean,
  latestMs: number,
): ReadFields {
  return compile<ReadFields>(
    code`(records, nowMs, times, columns) => {
const count = records.length;
${lines(fields.map((_, i) => code`const ${name('c', i)} = columns[${quote(i)}];\nlet ${name('p', i)};`))}
for (let row = 0; row < count; row++) {
const record = records[row];
if (record === undefined || record.partition !== undefined || record.headers?.length) return undefined;
const time = record.timestampMs ?? nowMs;
if (!Number.isSafeInteger(time) || time > ${quote(latestMs)} || time < ${quote(-latestMs)}) return undefined;
times[row] = time;
const object = record.value;
if (!${name('k', 0)}(object)) return undefined;
${lines(fields.map(readField))}
}
return [${lines(fields.map((_, i) => code`${name('p', i)},`))}];
}`,
    [isObject],
    'fields',
  )
}

function readField(field: RecordField, i: number): Code {
  const value = name('v', i)
  const isKey = field.name === undefined
  const read = field.name === undefined ? code`record.key` : code`object[${quote(field.name)}]`
  return code`const ${value} = ${read};\n${store(field.form, isKey, value, i)}`
}

function store(form: FieldForm, isKey: boolean, value: Code, i: number): Code {
  const element = code`${name('c', i)}[row]`
  const nulls = name('p', i)
  switch (form) {
    case 'any':
      return code`if (${value} === undefined${isKey ? code` || ${value} === null` : code``}) return undefined;\n${element} = ${value};`
    case 'text':
      return code`if (typeof ${value} === 'string'${isKey ? code`` : code` || ${value} === null`}) ${element} = ${value};
else return undefined;`
    default:
      return code`if (typeof ${value} === 'number'${fits(form, value)}) ${element} = ${value}${form === 'double' ? code`` : code` + 0`};
${isKey ? code`` : code`else if (${value} === null) (${nulls} ??= new Uint8Array(count))[row] = 1;`}
else return undefined;`
  }
}

/** A negative zero is no integer: where it is written as one, adding 0 has made it 0. */
function fits(form: 'double' | 'long' | 'int', value: Code): Code {
  switch (form) {
    case 'double':
      return code``
    case 'long':
      return code` && Number.isSafeInteger(${value})`
    case 'int':
      return code` && ${value} === (${value} | 0)`
  }
}
