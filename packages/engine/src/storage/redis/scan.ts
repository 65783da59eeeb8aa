import {compareBytes} from '../../base/bytes.ts'
import type {ScanPage, ScanRange} from '../port/state-store.ts'
import type {Argument, Connection} from './connection.ts'
import {arrayOf, asBuffer, bytesOf, textOf} from './reply.ts'

type Entry = {readonly key: Buffer; readonly value: Buffer}

const rowsPerStep = 2000

/** By the sorted set of keys beside the rows. */
export async function scanOrdered(connection: Connection, rows: string, order: string, range: ScanRange): Promise<ScanPage> {
  const {from, to, after, entriesMax} = range
  const isAfterHigher = after && (!from || compareBytes(after, from) >= 0)
  const low = isAfterHigher ? bound('(', after) : from ? bound('[', from) : '-'
  const high = to ? bound('(', to) : '+'
  const found = await connection.call('ZRANGEBYLEX', [order, low, high, 'LIMIT', 0, entriesMax + 1])
  const keys = arrayOf(found).map(bytesOf)
  const page = keys.slice(0, entriesMax)
  if (page.length === 0) return {entries: []}
  const values = arrayOf(await connection.call('HMGET', [rows, ...page]))
  // A row that was deleted between the two reads is not in the page, which is as if the page were read a moment later.
  const entries = page.flatMap((key, i) => (values[i] === null ? [] : [{key, value: bytesOf(values[i])}]))
  const last = page.at(-1)
  return keys.length > entriesMax && last ? {entries, next: last} : {entries}
}

const bound = (side: '(' | '[', key: Uint8Array): Buffer => Buffer.concat([Buffer.from(side), key])

/** In the hash's own order; the cursor of HSCAN, as text, is what a page hands on. */
export async function scanUnordered(connection: Connection, rows: string, {after, entriesMax}: ScanRange): Promise<ScanPage> {
  const {entries, cursor} = await step(connection, rows, after ? asBuffer(after) : '0', entriesMax)
  return cursor === '0' ? {entries} : {entries, next: Buffer.from(cursor)}
}

/** All rows are read and sorted for each page: right for a store that was not declared as ordered, and slow if it is large. */
export async function sortAll(connection: Connection, rows: string, {from, to, after, entriesMax}: ScanRange): Promise<ScanPage> {
  const kept = new Map<string, Entry>()
  let cursor = '0'
  do {
    const page = await step(connection, rows, cursor, rowsPerStep)
    for (const entry of page.entries) {
      const isInside =
        (!from || compareBytes(entry.key, from) >= 0) &&
        (!to || compareBytes(entry.key, to) < 0) &&
        (!after || compareBytes(entry.key, after) > 0)
      if (isInside) kept.set(entry.key.toString('latin1'), entry)
    }
    cursor = page.cursor
  } while (cursor !== '0')
  const sorted = [...kept.values()].sort((a, b) => compareBytes(a.key, b.key))
  const entries = sorted.slice(0, entriesMax)
  const last = entries.at(-1)
  return sorted.length > entriesMax && last ? {entries, next: last.key} : {entries}
}

async function step(connection: Connection, rows: string, cursor: Argument, countHint: number) {
  const [next, flat] = arrayOf(await connection.call('HSCAN', [rows, cursor, 'COUNT', countHint]))
  const cells = arrayOf(flat).map(bytesOf)
  const entries: Entry[] = []
  for (let i = 0; i < cells.length; i += 2) {
    const [key, value] = [cells[i], cells[i + 1]]
    if (key && value) entries.push({key, value})
  }
  return {entries, cursor: textOf(next)}
}
