const emptyId = -1

/**
 * Ids of numbers, by open addressing in one typed array: no object a key, and keys that come and go make no garbage. As in a Map,
 * -0 is 0; NaN has no place here.
 */
export class NumberIndex {
  /** Number and id, one after the other; an id of -1: the place is free. */
  #places = new Float64Array(2 * 64).fill(emptyId)
  #shift = 32 - 6
  #count = 0

  /** The number's id, or -1. */
  get(key: number): number {
    return this.#places[this.#find(key) + 1]!
  }

  /** `id` ≥ 0. */
  set(key: number, id: number): void {
    let place = this.#find(key)
    if (this.#places[place + 1] === emptyId) {
      if (4 * ++this.#count > this.#places.length) {
        this.#grow()
        place = this.#find(key)
      }
      this.#places[place] = key
    }
    this.#places[place + 1] = id
  }

  delete(key: number): void {
    let hole = this.#find(key)
    if (this.#places[hole + 1] === emptyId) return
    this.#count--
    // Whatever would no longer be found behind the hole moves into it.
    for (let place = this.#next(hole); this.#places[place + 1] !== emptyId; place = this.#next(place)) {
      const home = this.#home(this.#places[place]!)
      if (this.#distance(home, place) < this.#distance(hole, place)) continue
      this.#places[hole] = this.#places[place]!
      this.#places[hole + 1] = this.#places[place + 1]!
      hole = place
    }
    this.#places[hole + 1] = emptyId
  }

  /** The place of a number, or a free one where it would stand. */
  #find(key: number): number {
    const places = this.#places
    let place = this.#home(key)
    while (places[place + 1] !== emptyId && places[place] !== key) place = this.#next(place)
    return place
  }

  #home(key: number): number {
    return (Math.imul(hashOf(key), 0x9e3779b1) >>> this.#shift) << 1
  }

  #next(place: number): number {
    return (place + 2) & (this.#places.length - 1)
  }

  #distance(from: number, to: number): number {
    return (to - from) & (this.#places.length - 1)
  }

  #grow(): void {
    const old = this.#places
    this.#places = new Float64Array(old.length * 2).fill(emptyId)
    this.#shift--
    for (let place = 0; place < old.length; place += 2) {
      if (old[place + 1] === emptyId) continue
      const free = this.#find(old[place]!)
      this.#places[free] = old[place]!
      this.#places[free + 1] = old[place + 1]!
    }
  }
}

const double = new Float64Array(1)
const halves = new Int32Array(double.buffer)

function hashOf(key: number): number {
  const small = key | 0
  if (small === key) return small
  double[0] = key
  return halves[0]! ^ Math.imul(halves[1]!, 0x85ebca6b)
}
