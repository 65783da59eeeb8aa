/**
 * Importing ioredis makes every text method of the process slower, `substring` twice as slow: it declares a class that extends
 * String, and V8 then keeps String.prototype as a hash table, until a property is written to an object that inherits from it.
 */
export function restoreStringMethods(): void {
  const text: {isWritten?: boolean} = Object('')
  text.isWritten = true
}
