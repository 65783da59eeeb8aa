/** What chance begins with in tests that roll dice. `SEED=` runs the same again. */
export const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

/** Says the seed once, so that a failure can be repeated. */
export const printSeed = (what: string): void => void process.stdout.write(`${what}: SEED=${seed}\n`)
