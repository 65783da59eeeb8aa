import SchemaBuilder from '@pothos/core'
import type {EngineApi} from '@millrace/engine'
import {bigIntScalar, expectedVersionScalar, jsonScalar, type VersionWord} from './scalars.ts'

/** What a resolver gets. */
export type Context = {readonly engine: EngineApi; readonly signal: AbortSignal}

export type SchemaTypes = {
  Context: Context
  DefaultFieldNullability: false
  Scalars: {
    BigInt: {Input: number | bigint; Output: number | bigint}
    ExpectedVersion: {Input: number | bigint | VersionWord; Output: never}
    JSON: {Input: unknown; Output: unknown}
    ID: {Input: string; Output: string}
  }
}

export const builder = new SchemaBuilder<SchemaTypes>({defaultFieldNullability: false})
export type Builder = typeof builder

builder.addScalarType('BigInt', bigIntScalar)
builder.addScalarType('ExpectedVersion', expectedVersionScalar)
builder.addScalarType('JSON', jsonScalar)
builder.queryType({})
builder.mutationType({})
builder.subscriptionType({})
