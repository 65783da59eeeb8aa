// Prints what `npm ci` would miss: optional platform packages that the lock file names but does not hold. Must print 0.
import {readFileSync} from 'node:fs'

const packages = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages
const parent = at => (at.includes('node_modules/') ? at.slice(0, at.lastIndexOf('node_modules/')).replace(/\/$/, '') : '')
const isHeld = (at, name) => {
  for (let base = at; ; base = parent(base)) {
    if (packages[`${base ? `${base}/` : ''}node_modules/${name}`]) return true
    if (!base) return false
  }
}
let missing = 0
for (const [at, entry] of Object.entries(packages))
  for (const name of Object.keys(entry.optionalDependencies ?? {}))
    if (!isHeld(at, name)) {
      missing++
      console.log(`${at}@${entry.version} -> ${name}`)
    }
console.log(missing, 'missing')
process.exit(missing ? 1 : 0)
