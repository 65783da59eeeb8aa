/**
 * The bytes of base64 text as Java's basic decoder reads them: no blanks, the `=` at the end may be left out. Undefined for
 * other text.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const isValid = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text)
  return isValid ? new Uint8Array(Buffer.from(text, 'base64')) : undefined
}
