/**
 * Many byte strings as one argument: a MessagePack array, which scripts read with `cmsgpack.unpack`. An argument apiece costs the
 * client several times as much as the bytes themselves.
 */
const arrayHead = 5
const itemHead = 5

export function packArray(items: readonly Uint8Array[]): Buffer {
  const packed = Buffer.allocUnsafe(items.reduce((size, item) => size + itemHead + item.length, arrayHead))
  packed[0] = 0xdd
  packed.writeUInt32BE(items.length, 1)
  let at = arrayHead
  for (const item of items) {
    packed[at] = 0xdb
    packed.writeUInt32BE(item.length, at + 1)
    packed.set(item, at + itemHead)
    at += itemHead + item.length
  }
  return packed
}
