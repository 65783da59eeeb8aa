import {aggregateFunction, scalarFunction} from '@millrace/engine'

/** The network that an IPv4 address belongs to: `NETWORK('183.62.140.253')` is `183.62.140.0/24`. */
const network = scalarFunction({
  name: 'NETWORK',
  description: 'The /24 network of an IPv4 address; NULL for other text.',
  parameters: [{name: 'address', type: 'VARCHAR'}],
  returns: 'VARCHAR',
  run: address => {
    const parts = address.split('.')
    return parts.length === 4 ? `${parts.slice(0, 3).join('.')}.0/24` : null
  },
})

/** The product of all values, 1 for none. It can take a row back, so it works over tables as long as no value is 0. */
const product = aggregateFunction({
  name: 'PRODUCT',
  description: 'The product of the values of a group.',
  parameters: [{name: 'value', type: 'DOUBLE'}],
  returns: 'DOUBLE',
  state: 'DOUBLE',
  initial: () => 1,
  add: (state, value) => (value === null ? state : state * value),
  undo: (state, value) => (value === null ? state : state / value),
  merge: (left, right) => left * right,
  result: state => state,
})

export const functions = [network, product]
