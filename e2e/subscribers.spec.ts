import { type Browser, type BrowserContext, expect, type Page, test } from '@playwright/test'
import { Secret, TOTP } from 'otpauth'
import { administrator, heatmap, signIn } from './person.ts'

// People, in order: an administrator invites two, they make a team, each role tries what it may and must not, a stranger opens a link.
test.describe.configure({ mode: 'serial' })

const PASSWORD = 'four plain words, no cat 42'
// addresses of their own, so that it can be run again beside what an earlier run has left
const RUN = Date.now().toString(36)
const XSS = '<img src=x onerror=alert(1)>'

interface Somebody {
  email: string
  name: string
  context: BrowserContext
  page: Page
}
let root: Somebody
let olga: Somebody
let vera: Somebody
/** the team's page */
let team = ''

/** A browser of one's own: cookies and storage apart from the others'. Whoever runs the script of a name is found out. */
async function browserOf(browser: Browser, email: string, name: string): Promise<Somebody> {
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
  const page = await context.newPage()
  page.on('dialog', (dialog) => {
    throw new Error(`A script of a name ran: ${dialog.message()}`)
  })
  return { email, name, context, page }
}

test.beforeAll(async ({ browser }) => {
  root = await browserOf(browser, administrator.email, 'root')
  await signIn(root.page)
  olga = await browserOf(browser, `olga-${RUN}@example.org`, `Olga ${XSS}`)
  vera = await browserOf(browser, `vera-${RUN}@example.org`, 'וֶרָה 🌊')
})
test.afterAll(async () => {
  for (const person of [root, olga, vera]) await person?.context.close()
})

/** A link that is shown once, from the field or text that shows it. */
async function shownLink(page: Page, part: RegExp): Promise<string> {
  const link = async () =>
    page.evaluate((source) => {
      const found = [...document.querySelectorAll('dialog input, dialog code, dialog p, [role=status] code')].map((element) =>
        element instanceof HTMLInputElement ? element.value : (element.textContent ?? ''),
      )
      return found.map((text) => new RegExp(source).exec(text)?.[0]).find(Boolean) ?? ''
    }, part.source)
  await expect.poll(link).not.toBe('')
  return link()
}

test('an administrator invites by a link, and whoever has it makes an account, once', async ({ browser }) => {
  for (const person of [olga, vera]) {
    await root.page.goto('/admin/people')
    await root.page.getByRole('button', { name: 'Invite people' }).first().click()
    await root.page.getByRole('dialog').getByLabel('Email', { exact: true }).fill(person.email)
    await root.page.getByRole('dialog').getByRole('button', { name: 'Invite', exact: true }).click()
    const link = await shownLink(root.page, /https?:\/\/\S+\/invitation\/[\w-]+/)
    await person.page.goto(link)
    await person.page.getByLabel('Name', { exact: true }).fill(person.name)
    await person.page.getByLabel('Password', { exact: true }).fill('password')
    await person.page.getByRole('button', { name: 'Create the account' }).click()
    await expect(person.page.getByTestId('form-error')).toBeVisible()
    await person.page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await person.page.getByRole('button', { name: 'Create the account' }).click()
    await expect(person.page).not.toHaveURL(/invitation/)
    if (/sign/.test(person.page.url())) await signIn(person.page, { email: person.email, password: PASSWORD })
    await expect(heatmap(person.page)).toHaveAttribute('data-state', 'ready', { timeout: 60_000 })
    // The same link again, in another browser
    const other = await browser.newContext()
    const again = await other.newPage()
    await again.goto(link)
    await expect(again.getByText('This link was used already')).toBeVisible()
    await other.close()
  }
})

test('what the plan locks is named, and administration is not there', async () => {
  const { page } = olga
  const range = page.getByRole('button', { name: '30d', exact: true })
  await expect(range).toHaveAttribute('aria-disabled', 'true')
  for (const path of ['/admin/people', '/admin/sources', '/admin/audit']) {
    await page.goto(path)
    await expect(page.getByText('Nothing is here')).toBeVisible()
  }
})

test('a team: made, joined by a link, and seen live', async () => {
  await olga.page.goto('/teams')
  await olga.page.getByRole('button', { name: 'New team' }).first().click()
  const dialog = olga.page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Create team' }).click()
  await expect(dialog.getByTestId('form-error')).toBeVisible()
  await dialog.getByLabel('Name', { exact: true }).fill(`Desk ${XSS}`)
  await dialog.getByRole('button', { name: 'Create team' }).click()
  await expect(olga.page).toHaveURL(/\/teams\/[0-9a-f-]{36}/)
  team = new URL(olga.page.url()).pathname

  // To somebody else there is no such team.
  await vera.page.goto(team)
  await expect(vera.page.getByText(/not yours to see|Nothing is here/).first()).toBeVisible()

  await olga.page.getByRole('button', { name: 'Invitation link' }).click()
  await olga.page.getByRole('dialog').getByRole('button', { name: 'Make link' }).click()
  const link = await shownLink(olga.page, /https?:\/\/\S+\/join\/[\w-]+/)
  await olga.page.getByRole('dialog').getByRole('button', { name: 'Done' }).click()
  await vera.page.goto(link)
  await vera.page.getByRole('button', { name: 'Join', exact: true }).click()
  await expect(vera.page).toHaveURL(new RegExp(team))
  // without a reload
  await expect(olga.page.getByText(vera.email).filter({ visible: true }).first()).toBeVisible()
})

test('a copied cookie is dead after the sign-out', async ({ browser }) => {
  const cookies = await vera.context.cookies()
  const copy = await browser.newContext()
  await copy.addCookies(cookies)
  const thief = await copy.newPage()
  await thief.goto('/account')
  await expect(thief).toHaveURL(/\/account/)
  await vera.page.goto('/screener')
  await vera.page.getByRole('button', { name: 'Account' }).click()
  await vera.page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await expect(vera.page).toHaveURL(/sign/)
  expect((await copy.request.get('/api/trpc/account.me')).status()).toBe(401)
  await thief.goto('/account')
  await expect(thief).toHaveURL(/sign/)
  await copy.close()
})

test('a second factor is asked for, its codes work once, a recovery code too', async () => {
  const { page } = vera
  await signIn(page, { email: vera.email, password: PASSWORD })
  await page.goto('/account')
  await page.getByRole('button', { name: 'Set up', exact: true }).click()
  const secret = (await page.getByTestId('totp-secret').textContent()) ?? ''
  const totp = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(/\s/g, '')) })
  await page.getByLabel('Authentication code').fill('000000')
  await page.getByRole('button', { name: 'Turn on', exact: true }).click()
  await expect(page.getByTestId('form-error')).toBeVisible()
  await page.getByLabel('Authentication code').fill(totp.generate())
  await page.getByRole('button', { name: 'Turn on', exact: true }).click()
  await expect(page.getByRole('button', { name: 'I have kept them' })).toBeVisible()
  const code = (await page.getByTestId('recovery-code').first().textContent())?.trim() ?? ''
  expect(code).not.toBe('')
  await page.getByRole('button', { name: 'I have kept them' }).click()

  const signOut = async () => {
    await page.goto('/screener')
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await expect(page).toHaveURL(/sign/)
  }
  const answer = async (code: string) => {
    await page.getByLabel('Authentication code').fill(code)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }
  const password = async () => {
    await page.goto('/')
    await page.getByLabel('Email', { exact: true }).fill(vera.email)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }
  await signOut()
  await password()
  await answer(code)
  await expect(page).not.toHaveURL(/sign/)
  await signOut()
  await password()
  await answer(code)
  await expect(page.getByTestId('form-error')).toBeVisible()
  // A code of the app, of the next step: the one that turned it on was used.
  await page.getByLabel('Authentication code').fill(totp.generate({ timestamp: Date.now() + 30_000 }))
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page).not.toHaveURL(/sign/)
})

test('a view of the team: drawn, shared, followed live, and never overwritten unseen', async ({ browser }) => {
  test.setTimeout(180_000)
  const { page } = olga
  await page.goto('/')
  await expect(heatmap(page)).toHaveAttribute('data-state', 'ready', { timeout: 60_000 })
  const name = `Squeeze ${XSS}`
  await page.getByRole('button', { name: 'Layouts and views' }).click()
  await page.getByRole('menuitem', { name: 'Save view …' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(dialog.getByTestId('form-error')).toBeVisible()
  await dialog.getByLabel('Name', { exact: true }).fill(name)
  await dialog.getByLabel('Whose it is').selectOption({ label: `Team \u2068Desk ${XSS}\u2069` })
  await dialog.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page).toHaveURL(/[?&]view=[0-9a-f-]{36}/)
  const bar = page.getByRole('region', { name: /^View/ })
  await expect(bar.getByText(name).first()).toBeVisible()

  // The viewer opens it from the team's page, and has no way to save over it.
  await vera.page.goto(team)
  await vera.page
    .getByRole('link', { name: /Squeeze/ })
    .first()
    .click()
  await expect(vera.page.getByRole('region', { name: /^View/ })).toBeVisible()
  await expect(vera.page.getByRole('region', { name: /^View/ }).getByRole('button', { name: 'Save', exact: true })).toHaveCount(0)

  // What the owner saves arrives at the viewer's without a reload.
  await page
    .getByRole('button', { name: /^Notes/ })
    .first()
    .click()
  await page.getByLabel('Notes of this view').fill('watch 62,000')
  await page.getByRole('button', { name: 'Done', exact: true }).click()
  await bar.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(bar.getByText('Unsaved changes')).toHaveCount(0)
  await vera.page
    .getByRole('button', { name: /^Notes/ })
    .first()
    .click()
  await expect(vera.page.getByLabel('Notes of this view')).toHaveValue('watch 62,000')

  // Two machines of one editor, both with changes: the second is asked.
  const elsewhere = await browser.newContext()
  const second = await elsewhere.newPage()
  await signIn(second, { email: olga.email, password: PASSWORD })
  await second.goto(page.url())
  await expect(second.getByRole('region', { name: /^View/ })).toBeVisible()
  for (const [window, text] of [
    [page, 'first'],
    [second, 'second'],
  ] as const) {
    await window
      .getByRole('button', { name: /^Notes/ })
      .first()
      .click()
    await window.getByLabel('Notes of this view').fill(text)
    await window.getByRole('button', { name: 'Done', exact: true }).click()
  }
  await bar.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(bar.getByText('Unsaved changes')).toHaveCount(0)
  await expect(second.getByTestId('theirs')).toBeVisible()
  await second
    .getByRole('button', { name: /^Notes/ })
    .first()
    .click()
  await expect(second.getByLabel('Notes of this view')).toHaveValue('second')
  await elsewhere.close()

  // A stranger with a link sees this view and nothing else, until it is revoked.
  await bar.getByRole('button', { name: 'Share' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'New link' }).click()
  const link = await shownLink(page, /https?:\/\/\S+\/s\/[\w-]+/)
  const context = await browser.newContext()
  const stranger = await context.newPage()
  await stranger.goto(link)
  await expect(heatmap(stranger)).toHaveAttribute('data-state', 'ready', { timeout: 60_000 })
  await expect(stranger.getByText(name).first()).toBeVisible()
  await expect(stranger.getByText(/estimated, not exact/i).first()).toBeVisible()
  expect((await context.request.get('/api/trpc/instruments.list')).status()).toBe(401)
  await stranger.goto('/screener')
  await expect(stranger).toHaveURL(/sign/)
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Revoke link/ })
    .click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Revoke/ })
    .last()
    .click()
  await expect(page.getByText('The link is revoked. It opens nothing any more.').first()).toBeVisible()
  await stranger.goto(link)
  await expect(stranger.getByText('This link opens nothing').first()).toBeVisible()
  await context.close()
})

test('a rule for alerts is made, and a channel to a private address is refused', async () => {
  const { page } = olga
  await page.goto('/alerts')
  await page.getByRole('button', { name: 'Risk index', exact: true }).click()
  await page.getByRole('button', { name: 'Save rule' }).click()
  await expect(page.getByRole('switch', { name: /^Risk index/ }).first()).toBeVisible()
  const refused = await page.request.post('/api/trpc/alerts.createChannel', {
    data: { json: { teamId: null, name: 'inside', kind: 'webhook', url: 'http://169.254.169.254/latest' } },
  })
  expect(refused.status()).toBe(400)
  expect(await refused.text()).toMatch(/private|public|address/i)
})

test('roles: a viewer sees and does not change; a removed member is out at once', async () => {
  await vera.page.goto(team)
  await expect(vera.page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(vera.page.getByRole('button', { name: 'Invitation link' })).toHaveCount(0)
  const teamId = team.split('/').at(-1)
  const refused = await vera.page.request.post('/api/trpc/teams.invite', {
    data: { json: { teamId, way: 'link', role: 'editor', maxUses: 1, days: 1 } },
  })
  expect([400, 403]).toContain(refused.status())
  const created = await vera.page.request.post('/api/trpc/saved.create', {
    data: { json: { teamId, kind: 'layout', name: 'x', content: { query: {}, theme: null, sizes: {} } } },
  })
  expect(created.status()).toBe(403)
  const foreign = await root.page.request.get(`/api/trpc/teams.members?input=${encodeURIComponent(JSON.stringify({ json: { teamId } }))}`)
  expect(foreign.status()).toBe(404)
})

test('an administrator disables somebody, whose pages end, and the audit log says so', async () => {
  await vera.page.goto('/screener')
  await root.page.goto('/admin/people')
  await root.page.getByLabel('Find people').fill(vera.email)
  await root.page.getByTitle(`Open ${vera.email}`).click()
  const drawer = root.page.getByRole('dialog')
  await drawer.getByRole('button', { name: 'Disable', exact: true }).click()
  await drawer.getByRole('button', { name: /^Yes: disable/ }).click()
  await expect(vera.page).toHaveURL(/sign/, { timeout: 30_000 })
  await root.page.goto('/admin/audit')
  await expect(root.page.getByText('user.disabled').filter({ visible: true }).first()).toBeVisible()
  await expect(root.page.getByText(vera.email).filter({ visible: true }).first()).toBeVisible()
})

test('a key for programs is shown once, and opens what it is for', async ({ playwright, baseURL }) => {
  const { page } = root
  await page.goto('/account')
  await page.getByLabel('Key name').fill(`desk ${XSS}`)
  await page.getByRole('button', { name: 'Make a key' }).click()
  const key = await page.getByTestId('api-key').textContent()
  const program = await playwright.request.newContext({ baseURL, extraHTTPHeaders: { authorization: `Bearer ${key?.trim()}` } })
  const answer = await program.get('/api/v1/instruments')
  expect(answer.status()).toBe(200)
  expect((await answer.json()).length).toBeGreaterThan(0)
  expect(answer.headers()['ratelimit-remaining']).toBeTruthy()
  await page.getByRole('button', { name: /^Revoke desk/ }).click()
  await page.getByRole('button', { name: 'Revoke now' }).click()
  await expect.poll(async () => (await program.get('/api/v1/instruments')).status()).toBe(401)
  await program.dispose()
})

test('a data source: its venue is checked by the worker, its key is never shown again, history is asked for', async () => {
  const { page } = root
  await page.goto('/admin/sources')
  await page
    .getByRole('button', { name: /^More of Simulated market/ })
    .filter({ visible: true })
    .first()
    .click()
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('button', { name: 'Test connection' }).click()
  await expect(drawer.getByText(/perpetuals listed/)).toBeVisible({ timeout: 45_000 })
  await drawer.getByRole('button', { name: 'Set API key' }).click()
  await drawer.getByLabel('API key', { exact: true }).fill('a key that is not to be seen: 7f3a')
  await drawer.getByRole('listitem').filter({ hasText: 'API key' }).getByRole('button', { name: 'Save', exact: true }).click()
  await expect(drawer.getByText('saved, ends in …7f3a')).toBeVisible()
  await drawer.getByRole('button', { name: 'Fetch history' }).click()
  await expect(drawer.getByTestId('form-error')).toBeVisible()
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
  await drawer.getByLabel('From', { exact: true }).fill(day(2))
  await drawer.getByLabel('To', { exact: true }).fill(day(1))
  await drawer.getByRole('button', { name: 'Fetch history' }).click()
  await expect(drawer.getByText(/Nothing was missing|estimated anew|running|waiting/).first()).toBeVisible()
  expect(await (await page.request.get('/api/trpc/sources.list')).text()).not.toContain('not to be seen')
})
