import {spawnSync} from 'node:child_process'
import {chromium, type Browser, type BrowserContext, type Page} from 'playwright-core'

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
]

/** The Chromium of this machine: `CHROMIUM` names it, otherwise it is looked for under its usual names. */
function findChromium(): string {
  const named = process.env['CHROMIUM']
  if (named) return named
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const found = spawnSync('which', [name], {encoding: 'utf8'})
    if (found.status === 0) return found.stdout.trim()
  }
  throw new Error(
    'Chromium is missing, and these tests look at pages in a real one: install it (on Debian: apt-get install chromium), or name it in CHROMIUM.',
  )
}

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({executablePath: findChromium(), args: [...flags, '--disable-component-update', '--disable-sync']})

export type WatchedPage = {
  readonly context: BrowserContext
  readonly page: Page
  /** What no page may do: errors in the console, failed requests, requests to elsewhere. */
  readonly complaints: string[]
}

export async function openWatchedPage(
  browser: Browser,
  url: string,
  viewport: {width: number; height: number},
): Promise<WatchedPage> {
  const context = await browser.newContext({viewport, baseURL: url, colorScheme: 'light'})
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const complaints: string[] = []
  const complain = (what: string): void => void complaints.push(`${page.url()}: ${what}`)
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complain(message.text())
  })
  page.on('pageerror', error => complain(error.message))
  page.on('requestfailed', request => {
    // Leaving a page ends what it was asking for.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') complain(`${request.url()} failed: ${request.failure()?.errorText}`)
  })
  page.on('request', request => {
    const {protocol, host} = new URL(request.url())
    if (protocol !== 'data:' && protocol !== 'blob:' && host !== new URL(url).host) complain(`asks elsewhere: ${request.url()}`)
  })
  return {context, page, complaints}
}
