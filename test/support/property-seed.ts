import fc from 'fast-check'

// Property tests try the same cases each time, so that what fails is the change at hand. `SEED=` tries others, or the same again.
fc.configureGlobal({seed: Number(process.env.SEED ?? 1)})
