import protobuf from 'protobufjs'
import {EngineError} from '../base/errors.ts'
import {printType, type SqlType, type StructField} from '../schema/sql-type.ts'
import {toLong, type SqlMap, type Value} from '../schema/value.ts'
import {fromBigEndian, toBigEndian} from './big-endian.ts'

/** How a NULL scalar is told from its default: not at all, by proto3's `optional`, or by a message around the value. */
export type NullableRepresentation = 'none' | 'optional' | 'wrapper'

/** How values of a type, never NULL, stand in a message, and what a field that is absent means. */
export type Shape = {
  readonly protoType: string
  write(value: Value): unknown
  read(value: unknown): Value
  readonly absent: Value
}

/** A message's values by field number; fields are named `f1`, `f2`, …: names do not travel. */
export type MessageShape = Shape & {readonly message: protobuf.Type}

/** Makes shapes whose messages stand in one root. */
export class ShapeBuilder {
  readonly #root = new protobuf.Root()
  readonly #nullable: NullableRepresentation
  #count = 0

  constructor(nullable: NullableRepresentation) {
    this.#nullable = nullable
  }

  // The casts here hold because a value has the form of its type (schema/value.ts) and the library reads by the same types.
  message(fields: readonly StructField[]): MessageShape {
    const message = this.#addType()
    const shapes = fields.map((field, i) => this.#field(message, i + 1, field.type))
    return {
      message,
      protoType: message.name,
      absent: null,
      write(row) {
        const record: Record<string, unknown> = {}
        for (let i = 0; i < shapes.length; i++) {
          const value = (row as readonly Value[])[i] ?? null
          const shape = shapes[i]
          if (value !== null && shape) record[shape.name] = shape.write(value)
        }
        return record
      },
      read: record =>
        shapes.map(({name, read, absent}) => (Object.hasOwn(record as object, name) ? read((record as Parts)[name]) : absent)),
    }
  }

  #field(message: protobuf.Type, id: number, type: SqlType): Shape & {readonly name: string} {
    const name = `f${id}`
    if (type.kind === 'ARRAY') {
      const element = this.#shape(type.element)
      message.add(new protobuf.Field(name, id, element.protoType, 'repeated'))
      return {...this.#list(element), name}
    }
    if (type.kind === 'MAP') {
      if (type.key.kind !== 'VARCHAR')
        throw new EngineError('INVALID_CONFIG', `the PROTOBUF format takes maps with STRING keys, found ${printType(type)}`)
      const value = this.#shape(type.value)
      message.add(new protobuf.MapField(name, id, 'string', value.protoType))
      return {...this.#map(value), name}
    }
    const shape = this.#shape(type)
    const isScalar = shape.absent !== null
    if (isScalar && this.#nullable === 'wrapper') return {...this.#wrapped(message, id, shape), name}
    const isOptional = isScalar && this.#nullable === 'optional'
    message.add(new protobuf.Field(name, id, shape.protoType, undefined, undefined, isOptional ? {proto3_optional: true} : {}))
    return {...shape, name, absent: isOptional ? null : shape.absent}
  }

  /** A NULL element cannot be told from a default one. */
  #list(element: Shape): Shape {
    const missing = element.absent === null ? {} : element.write(element.absent)
    return {
      protoType: element.protoType,
      absent: [],
      write: list => (list as readonly Value[]).map(value => (value === null ? missing : element.write(value))),
      read: list => (list as unknown[]).map(value => element.read(value)),
    }
  }

  #map(value: Shape): Shape {
    const missing = value.absent === null ? {} : value.write(value.absent)
    return {
      protoType: value.protoType,
      absent: new Map(),
      write: map =>
        Object.fromEntries(Array.from(map as SqlMap, ([key, each]) => [key, each === null ? missing : value.write(each)])),
      read: map => new Map(Object.entries(map as object).map(([key, each]) => [key, value.read(each)])),
    }
  }

  #wrapped(message: protobuf.Type, id: number, shape: Shape): Shape {
    const wrapper = this.#addType()
    wrapper.add(new protobuf.Field('value', 1, shape.protoType))
    message.add(new protobuf.Field(`f${id}`, id, wrapper.name))
    return {
      protoType: wrapper.name,
      absent: null,
      write: value => ({value: shape.write(value)}),
      read: value => (Object.hasOwn(value as object, 'value') ? shape.read((value as Parts)['value']) : shape.absent),
    }
  }

  #shape(type: SqlType): Shape {
    switch (type.kind) {
      case 'BOOLEAN':
        return scalar('bool', false)
      case 'INT':
        return scalar('int32', 0)
      case 'DOUBLE':
        return scalar('double', 0)
      case 'VARCHAR':
        return scalar('string', '')
      case 'BIGINT':
        return {protoType: 'int64', absent: 0, write: value => toProtoLong(value as number | bigint), read: fromProtoLong}
      case 'BYTES':
        return {...scalar('bytes', new Uint8Array()), read: value => new Uint8Array(value as Uint8Array)}
      case 'DATE':
        return this.#known(['int32', 'int32', 'int32'], writeDate, readDate)
      case 'TIME':
        return this.#known(['int32', 'int32', 'int32', 'int32'], writeTime, readTime)
      case 'TIMESTAMP':
        return this.#known(['int64', 'int32'], writeTimestamp, readTimestamp)
      case 'DECIMAL': {
        const {precision, scale} = type
        const write = (value: Value) => [toBigEndian(value as bigint), precision, scale]
        return this.#known(['bytes', 'uint32', 'int32'], write, ([bytes]) =>
          fromBigEndian((bytes as Uint8Array | undefined) ?? new Uint8Array()),
        )
      }
      case 'STRUCT':
        return this.message(type.fields)
      default:
        // A list or map inside of a list or map needs a message of its own.
        return this.#boxed(type)
    }
  }

  #boxed(type: SqlType): Shape {
    const box = this.message([{name: 'items', type}])
    return {...box, write: value => box.write([value]), read: value => (box.read(value) as readonly Value[])[0] ?? null}
  }

  /** Messages laid out as google.type.Date, google.type.TimeOfDay, google.protobuf.Timestamp and confluent.type.Decimal. */
  #known(
    types: readonly string[],
    write: (value: Value) => readonly unknown[],
    read: (parts: readonly unknown[]) => Value,
  ): Shape {
    const message = this.#addType()
    types.forEach((type, i) => message.add(new protobuf.Field(`f${i + 1}`, i + 1, type)))
    return {
      protoType: message.name,
      absent: null,
      write: value => Object.fromEntries(write(value).map((part, i) => [`f${i + 1}`, part])),
      read: value =>
        read(types.map((_, i) => (Object.hasOwn(value as object, `f${i + 1}`) ? (value as Parts)[`f${i + 1}`] : undefined))),
    }
  }

  #addType(): protobuf.Type {
    const message = new protobuf.Type(`M${this.#count++}`)
    this.#root.add(message)
    return message
  }
}

type Parts = Readonly<Record<string, unknown>>

const scalar = (protoType: string, absent: Value): Shape => ({
  protoType,
  absent,
  write: value => value,
  read: value => value as Value,
})

/** The library takes what no number holds as text. */
const toProtoLong = (value: number | bigint): number | string => (typeof value === 'number' ? value : String(value))

function fromProtoLong(value: unknown): number | bigint {
  const {low, high} = value as {readonly low: number; readonly high: number}
  const number = high * 0x100000000 + (low >>> 0)
  return Number.isSafeInteger(number) ? number : toLong((BigInt(high) << 32n) | BigInt(low >>> 0))
}

const DAY_MS = 86_400_000
const numberOf = (part: unknown): number => (typeof part === 'number' ? part : 0)

function writeDate(value: Value): readonly unknown[] {
  const date = new Date(Number(value) * DAY_MS)
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
}

function readDate([year, month, day]: readonly unknown[]): Value {
  const date = new Date(0)
  date.setUTCFullYear(numberOf(year), numberOf(month) - 1, numberOf(day))
  return Math.floor(date.getTime() / DAY_MS)
}

function writeTime(value: Value): readonly unknown[] {
  const ms = Number(value)
  const seconds = Math.floor(ms / 1000)
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60, (ms - seconds * 1000) * 1_000_000]
}

const readTime = ([hours, minutes, seconds, nanos]: readonly unknown[]): Value =>
  numberOf(hours) * 3_600_000 + numberOf(minutes) * 60_000 + numberOf(seconds) * 1000 + Math.floor(numberOf(nanos) / 1_000_000)

function writeTimestamp(value: Value): readonly unknown[] {
  const ms = BigInt(value as number | bigint)
  const rest = ((ms % 1000n) + 1000n) % 1000n
  return [toProtoLong((ms - rest) / 1000n), Number(rest) * 1_000_000]
}

function readTimestamp([seconds, nanos]: readonly unknown[]): Value {
  const whole = seconds === undefined ? 0n : BigInt(fromProtoLong(seconds))
  return toLong(whole * 1000n + BigInt(Math.floor(numberOf(nanos) / 1_000_000)))
}
