// The tests run against a real redis-server and a real Chromium. Where one is missing, it comes from the system's package manager when
// this may install (root on Debian); otherwise this stops at once and says what to install.
import {execFileSync, spawnSync} from 'node:child_process'
import {existsSync} from 'node:fs'

const has = command => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
const needed = [
  {isThere: has('redis-server'), debian: 'redis-server', mac: 'redis'},
  {
    isThere:
      Boolean(process.env.CHROMIUM) ||
      has('chromium') ||
      has('chromium-browser') ||
      has('google-chrome') ||
      existsSync('/Applications/Google Chrome.app'),
    debian: 'chromium',
    mac: '--cask google-chrome',
  },
].filter(it => !it.isThere)

if (needed.length > 0) {
  const packages = needed.map(it => it.debian)
  if (!has('apt-get') || process.getuid?.() !== 0) {
    console.error(
      `The tests need ${packages.join(' and ')}.\n  Debian: sudo apt-get install -y ${packages.join(' ')}\n  macOS:  ${needed.map(it => `brew install ${it.mac}`).join(' && ')}`,
    )
    process.exit(1)
  }
  console.log(`Installing ${packages.join(', ')} for the tests …`)
  const quiet = {stdio: ['ignore', 'ignore', 'inherit'], env: {...process.env, DEBIAN_FRONTEND: 'noninteractive'}}
  execFileSync('apt-get', ['update', '-qq'], quiet)
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quiet)
}
