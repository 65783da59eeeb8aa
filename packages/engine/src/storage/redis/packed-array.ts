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
    const {length} = item
    packed[at] = 0xdb
    packed[at + 1] = length >>> 24
    packed[at + 2] = length >>> 16
    packed[at + 3] = length >>> 8
    packed[at + 4] = length
    at += itemHead
    // A loop beats the call for short items.
    if (length < 48) for (let i = 0; i < length; i++) packed[at + i] = item[i] ?? 0
    else packed.set(item, at)
    at += length
  }
  return packed
}
