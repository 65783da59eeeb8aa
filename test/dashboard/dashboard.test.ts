import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {gzipSync} from 'node:zlib'
import {AxeBuilder} from '@axe-core/playwright'
import type {Browser, Page} from 'playwright-core'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {ApiClient} from '../support/api-client.ts'
import {openWatchedPage, startBrowser, type WatchedPage} from '../support/browser.ts'
import {deploy, type Deployment} from '../support/stores.ts'
import {until} from '../support/until.ts'

const wide = {width: 1280, height: 800}
const narrow = {width: 390, height: 844}

let deployment: Deployment
let api: ApiClient
let browser: Browser
let watched: WatchedPage
let page: Page

beforeAll(async () => {
  ;[deployment, browser] = await Promise.all([deploy('LMDB'), startBrowser()])
  api = new ApiClient(deployment.server.url)
  await api.execute(`
    CREATE STREAM orders (id VARCHAR KEY, customer VARCHAR, amount INT) WITH (KAFKA_TOPIC='orders', PARTITIONS=2, VALUE_FORMAT='JSON');
    CREATE TABLE totals AS SELECT customer, COUNT(*) AS orders, SUM(amount) AS total FROM orders GROUP BY customer;
  `)
  await order('ann', 1)
  await order('bob', 2)
  await api.request(
    'mutation { commitOffsets(input: {group: "billing", offsets: [{topic: "orders", partition: 0, offset: 0}]}) { group { id } } }',
  )
  watched = await openWatchedPage(browser, deployment.server.url, wide)
  page = watched.page
})

afterAll(async () => {
  await browser?.close()
  await deployment?.stop()
})

const order = (customer: string, amount: number) =>
  api.produce({topic: 'orders', records: [{key: 'o', value: {CUSTOMER: customer, AMOUNT: amount}}]})

const queryId = async (): Promise<string> =>
  (await api.request<{queries: readonly {id: string}[]}>('{ queries { id } }')).queries[0]?.id ?? 'none'

const overflow = (): Promise<number> => page.evaluate('document.documentElement.scrollWidth - innerWidth')
const mainOverflow = (): Promise<number> =>
  page.evaluate(`(main => main.scrollWidth - main.clientWidth)(document.querySelector('main'))`)

async function violations(): Promise<readonly string[]> {
  const {violations: found} = await new AxeBuilder({page})
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze()
  return found.flatMap(({id, nodes}) => nodes.map(node => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`))
}

/** Every route, and a text that stands on it once its data has come. */
const routes: readonly (readonly [string, string])[] = [
  ['/', 'ALL survives'],
  ['/topics', 'orders'],
  ['/topics/view?name=orders', 'Beside the fullest'],
  ['/topics/view?name=orders&tab=browse', '2 records, oldest first'],
  ['/topics/view?name=orders&tab=produce', 'Produce a record'],
  ['/topics/view?name=nowhere', 'There is no topic “nowhere”'],
  ['/sources', 'TOTALS'],
  ['/sources/view?name=TOTALS', 'Rows · 2 rows'],
  ['/sources/view?name=ORDERS', 'Waiting for rows'],
  ['/queries', 'Running'],
  ['/queries/view?id=CTAS_TOTALS_0', 'Sub-topology 0'],
  ['/groups', 'billing'],
  ['/sql', 'At hand'],
]

test.each(routes)('%s opens at both widths, in light and dark, with nothing to complain about', async (path, text) => {
  const address = path.replace('CTAS_TOTALS_0', await queryId())
  for (const viewport of [wide, narrow]) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({colorScheme: viewport === wide ? 'light' : 'dark'})
    await page.goto(address)
    await page.getByText(text).first().waitFor()
    await page.getByRole('status', {name: 'Connection'}).getByText('Live').waitFor()
    if (address === '/sql') await page.locator('.cm-content').waitFor()
    expect([await overflow(), await mainOverflow()]).toEqual([0, 0])
    expect(await violations()).toEqual([])
  }
  await page.emulateMedia({colorScheme: 'light'})
  await page.setViewportSize(wide)
  expect(watched.complaints.splice(0)).toEqual([])
})

test('the theme that is chosen stays after a reload', async () => {
  const background = (): Promise<string> => page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
  await page.goto('/groups')
  const light = await background()
  await page.getByRole('button', {name: /Theme: system/}).click()
  await page.getByRole('button', {name: /Theme: light/}).click()
  expect(await background()).not.toBe(light)
  await page.reload()
  expect(await background()).not.toBe(light)
  await page.getByRole('button', {name: /Theme: dark/}).click()
  expect(await background()).toBe(light)
})

test('a record changes the row of a table on the page, without a reload', async () => {
  await page.goto('/sources/view?name=TOTALS')
  const row = page.getByRole('row', {name: /^ann/})
  await row.waitFor()
  await page.evaluate('window.isTheSamePage = true')
  await order('ann', 41)
  await row.getByText('42', {exact: true}).waitFor()
  expect(await page.getByRole('row', {name: /^ann/}).count()).toBe(1)
  await order('cleo', 7)
  await page.getByRole('row', {name: /^cleo/}).waitFor()
  expect(await page.evaluate('window.isTheSamePage')).toBe(true)
})

test('lag rises under load and comes back to 0', async () => {
  await page.goto('/')
  const lag = page.getByTestId('total-lag')
  await lag.waitFor()
  const records = Array.from({length: 2000}, (_, i) => ({key: `k${i}`, value: {CUSTOMER: `c${i % 50}`, AMOUNT: 1}}))
  const enough = new AbortController()
  const load = async (): Promise<void> => {
    while (!enough.signal.aborted) await api.produce({topic: 'orders', records})
  }
  const producers = [load(), load(), load()]
  const hasRisen = async (): Promise<boolean> => Number((await lag.textContent())?.replace(/K$/, '000')) > 0
  await until('lag has risen', hasRisen, 15_000).finally(() => enough.abort())
  await Promise.all(producers)
  await until('lag is back at 0', async () => (await lag.textContent()) === '0', 15_000)
  await page.getByRole('button', {name: 'Table'}).last().click()
  const table = page.getByRole('region', {name: /not yet processed.*newest first/})
  await until('lag has a history', async () => (await table.getByRole('row').count()) > 2, 15_000)
})

test('a query is paused and resumed, and what stops with it is named before it is terminated', async () => {
  const id = await queryId()
  await page.goto(`/queries/view?id=${id}`)
  await page.getByRole('button', {name: 'Pause'}).click()
  await page.getByText('Paused', {exact: true}).first().waitFor()
  await page.getByRole('navigation', {name: 'Main'}).getByRole('link', {name: 'Overview'}).click()
  await page.getByRole('link', {name: `${id} is paused`}).click()
  await page.getByRole('button', {name: 'Resume'}).click()
  await page.getByText('Running', {exact: true}).first().waitFor()
  await page.getByRole('button', {name: 'Terminate'}).click()
  const dialog = page.getByRole('dialog', {name: `Terminate ${id}?`})
  await dialog.getByText('TOTALS gets no more rows from ORDERS.').waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({state: 'hidden'})
  expect(await queryId()).toBe(id)
})

test('the form appends a record, and says why it can not', async () => {
  await page.goto('/topics/view?name=orders&tab=produce')
  const value = page.getByLabel('Value')
  await until('the columns are there to write over', async () => (await value.inputValue()).includes('CUSTOMER'))
  await value.fill('{"CUSTOMER": "dan", "AMOUNT": ')
  await page.getByRole('button', {name: 'Produce', exact: true}).last().click()
  await page.getByText('Value is not JSON').waitFor()
  await value.fill('{"CUSTOMER": "dan", "AMOUNT": "many"}')
  await page.getByRole('button', {name: 'Produce', exact: true}).last().click()
  await page.getByText('Refused').waitFor()
  await value.fill('{"CUSTOMER": "dan", "AMOUNT": 5}')
  await page.getByRole('button', {name: 'Produce', exact: true}).last().click()
  await page.getByText(/partition \d+, offset \d+/).waitFor()
})

async function runSql(text: string): Promise<void> {
  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(text)
  await page.keyboard.press('Control+Enter')
}

test('a statement with an error is refused with its place and a hint', async () => {
  await page.goto('/sql')
  await runSql('SHOW TABLES;\n  SELEECT * FROM totals;')
  await page.getByText('did you mean SELECT?').first().waitFor()
  await page.getByRole('button', {name: 'Line 2, column 3'}).click()
  expect(await page.evaluate('getSelection().toString()')).toBe('SELEECT')
  await page.locator('.cm-lintRange-error').first().waitFor()
})

test('a pull query shows its rows, and a push query each row as it comes', async () => {
  await page.goto('/sql')
  await runSql("SELECT * FROM totals WHERE customer = 'bob';\nSELECT customer, amount FROM orders EMIT CHANGES;")
  await page.getByRole('row', {name: /^bob/}).waitFor()
  await page.getByText('Waiting for rows').waitFor()
  await page.getByText('Live', {exact: true}).nth(1).waitFor()
  await order('eve', 1234)
  const rows = page.getByRole('table', {name: 'Rows of the push query'})
  await rows.getByRole('row', {name: /eve/}).getByText('1234').waitFor()
  await page.getByRole('button', {name: 'Pause'}).click()
  await order('fay', 4321)
  await page.getByRole('button', {name: 'Resume'}).click()
  await rows.getByRole('row', {name: /fay/}).waitFor()
  expect(await page.getByTestId('live-counts').textContent()).toBe('2 received')
  await page.getByRole('button', {name: 'Stop'}).click()
  await page.getByText('Ended').waitFor()
  expect(watched.complaints.splice(0)).toEqual([])
})

test('a server that dies and comes back is seen as both, and no change of a table is missed', async () => {
  await page.goto('/sources/view?name=TOTALS')
  const connection = page.getByRole('status', {name: 'Connection'})
  await connection.getByText('Live').waitFor()
  await page.getByRole('row', {name: /^bob/}).waitFor()
  await page.getByPlaceholder('Filter rows').fill('gus')
  await deployment.server.kill()
  await connection.getByText('Stale').waitFor({timeout: 5000})
  await deployment.server.restart()
  await order('gus', 77)
  await connection.getByText('Live').waitFor()
  await page.getByRole('row', {name: /^gus/}).waitFor()
  watched.complaints.splice(0)
})

test('the scripts of the first load stay in their budget', async () => {
  const out = fileURLToPath(new URL('../../apps/dashboard/out/', import.meta.url))
  const size = (path: string): number => gzipSync(readFileSync(`${out}${path}`), {level: 9}).length
  for (const name of ['index', 'topics', 'topics/view', 'sources', 'sources/view', 'queries', 'queries/view', 'groups', 'sql']) {
    const html = readFileSync(`${out}${name}.html`, 'utf8')
    const scripts = [...html.matchAll(/<script ([^>]*)src="\/([^"]+)"([^>]*)>/g)].filter(match => !/nomodule/i.test(match[0]))
    const bytes = [...new Set(scripts.map(match => match[2] ?? ''))].reduce((sum, path) => sum + size(path), 0)
    expect([name, bytes < 230_000, bytes]).toEqual([name, true, bytes])
  }
  const loaded = new Set<string>()
  page.on('response', response => loaded.add(new URL(response.url()).pathname))
  await page.goto('/sql', {waitUntil: 'networkidle'})
  const all = [...loaded].filter(path => path.endsWith('.js')).reduce((sum, path) => sum + size(path.slice(1)), 0)
  expect([all < 350_000, all]).toEqual([true, all])
})
