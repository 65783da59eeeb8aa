import {BIGINT, BYTES, DOUBLE, INT, VARCHAR} from '../../schema/sql-type.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import {toLong} from '../../schema/value.ts'
import {decodeBase64} from '../base64.ts'
import {EvaluationError} from '../evaluation-error.ts'
import type {FunctionDefinition} from './definition.ts'
import {overload, p, scalar} from './define.ts'
import {encodingOf} from './text-encoding.ts'

type Read = (view: DataView, isLittleEndian: boolean) => unknown

function fromBytes(name: string, size: number, type: SqlType, read: Read): FunctionDefinition {
  const evaluate = (bytes: Uint8Array, byteOrder = 'BIG_ENDIAN') => {
    const order = byteOrder.toUpperCase()
    if (order !== 'BIG_ENDIAN' && order !== 'LITTLE_ENDIAN')
      throw new EvaluationError(`Invalid byte order '${byteOrder}'. Supported byte orders are BIG_ENDIAN and LITTLE_ENDIAN`)
    if (bytes.length !== size) throw new EvaluationError(`Number of bytes must be equal to ${size}, but found ${bytes.length}`)
    return read(new DataView(bytes.buffer, bytes.byteOffset, size), order === 'LITTLE_ENDIAN')
  }
  const description = `The ${type.kind} that ${size} bytes hold, in the byte order BIG_ENDIAN (unless given) or LITTLE_ENDIAN. Another length is an error.`
  return scalar(name, 'bytes', description, [
    overload([p('value', BYTES)], type, (bytes: Uint8Array) => evaluate(bytes)),
    overload([p('value', BYTES), p('byteOrder', VARCHAR)], type, evaluate),
  ])
}

/** Unlike ENCODE, which skips what is no base64, this refuses it. */
function toBytes(value: string, encoding: string): Uint8Array {
  const {decode} = encodingOf(encoding)
  if (encoding.toLowerCase() === 'base64' && decodeBase64(value) === undefined)
    throw new EvaluationError(`'${value}' is no base64 text`)
  return decode(value)
}

export const bytesFunctions = [
  fromBytes('BIGINT_FROM_BYTES', 8, BIGINT, (view, isLittle) => toLong(view.getBigInt64(0, isLittle))),
  fromBytes('DOUBLE_FROM_BYTES', 8, DOUBLE, (view, isLittle) => view.getFloat64(0, isLittle)),
  fromBytes('INT_FROM_BYTES', 4, INT, (view, isLittle) => view.getInt32(0, isLittle)),
  scalar('FROM_BYTES', 'string', 'Bytes as text in an encoding: hex, utf8, ascii or base64.', [
    overload([p('value', BYTES), p('encoding', VARCHAR)], VARCHAR, (value: Uint8Array, encoding: string) => {
      const text = encodingOf(encoding).encode(value)
      return encoding.toLowerCase() === 'hex' ? text.toUpperCase() : text
    }),
  ]),
  scalar('TO_BYTES', 'string', 'The bytes of a text in an encoding: hex, utf8, ascii or base64.', [
    overload([p('value', VARCHAR), p('encoding', VARCHAR)], BYTES, (value: string, encoding: string) => toBytes(value, encoding)),
  ]),
]
