import { expect, it } from 'vitest'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'

const web = webUnderTest()

it('keeps what a person has set, and changes only what is named', async () => {
  const [ann, bob] = await Promise.all([web.addPerson(), web.addPerson()])
  const { account } = await web.callerOf(await web.cookieOf(ann))
  expect(await account.settings()).toEqual({})
  const watchlistId = crypto.randomUUID()
  await account.patchSettings({ watchlistId, watchlistOpen: false })
  expect(await account.patchSettings({ theme: 'light' })).toEqual({ watchlistId, watchlistOpen: false, theme: 'light' })
  expect(await account.patchSettings({ theme: null })).toEqual({ watchlistId, watchlistOpen: false })
  expect(await (await web.callerOf(await web.cookieOf(bob))).account.settings()).toEqual({})
})

it('takes nothing that is no setting, and shows nothing that it does not know', async () => {
  const person = await web.addPerson()
  const { account } = await web.callerOf(await web.cookieOf(person))
  await expect(account.patchSettings({ role: 'admin' } as object)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  await expect(account.patchSettings({ watchlistId: '<img src=x onerror=alert(1)>' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  await web.sql(`UPDATE app_user SET settings = '{"later": 1, "theme": "pink", "watchlistOpen": true}' WHERE id = $1`, [person.id])
  expect(await account.settings()).toEqual({ watchlistOpen: true })
})
