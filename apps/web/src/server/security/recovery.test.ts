/** Whoever takes an account back is alone in it: nothing that a thief had begun works on. */
import { expect, it, vi } from 'vitest'
import { letterBox } from '../testing/letter-box.ts'
import { webUnderTest } from '../testing/web-under-test.ts'

vi.mock('../../features/joining/server/steady-answer.ts', () => ({ steadily: (work: () => unknown) => work() }))
const web = webUnderTest({ mail: true })
const box = letterBox(web)
const NEXT = 'the next long enough phrase'

/** Somebody who knows the password has asked for another address; and has a link for a new password from before. */
async function robbed() {
  const person = await web.addPerson()
  const cookie = await web.cookieOf(person)
  const thief = await web.callerOf(cookie)
  const email = `thief-of-${person.email}`
  await thief.joining.changeEmail({ password: person.password, email })
  const change = (await box.letterTo(email)).token ?? ''
  await thief.joining.requestReset({ email: person.email })
  const reset = (await box.letterTo(person.email)).token ?? ''
  expect([change.length, reset.length]).toEqual([43, 43])
  return { person, cookie, change, reset }
}

async function nothingWorksOn({ cookie, change, reset }: Awaited<ReturnType<typeof robbed>>, id: string, email: string) {
  const thief = await web.callerOf(null)
  await expect(thief.joining.verify({ token: change })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(thief.joining.reset({ token: reset, password: `${NEXT} of a thief` })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await web.runtime.userOf(cookie)).toBeNull()
  expect((await web.sql('select email from app_user where id = $1', [id])).rows).toEqual([{ email }])
}

it('ends sessions and every link with a changed password', async () => {
  const before = await robbed()
  const { person } = before
  const owner = await web.callerOf(await web.cookieOf(person))
  await owner.account.changePassword({ currentPassword: person.password, newPassword: NEXT })
  await nothingWorksOn(before, person.id, person.email)
  expect(await web.runtime.signIn({ email: person.email, password: NEXT })).toMatchObject({ userId: person.id })
})

it('ends sessions and every other link with a password that is set anew', async () => {
  const before = await robbed()
  const { person } = before
  const owner = await web.callerOf(null)
  await owner.joining.requestReset({ email: person.email })
  const token = (await box.letterTo(person.email)).token ?? ''
  await owner.joining.reset({ token, password: NEXT })
  await nothingWorksOn(before, person.id, person.email)
})

it('leaves the links of others alone', async () => {
  const [one, other] = [await robbed(), await robbed()]
  const owner = await web.callerOf(await web.cookieOf(one.person))
  await owner.account.changePassword({ currentPassword: one.person.password, newPassword: NEXT })
  expect(await (await web.callerOf(null)).joining.lookAtLink({ token: other.reset })).toMatchObject({ state: 'open' })
  expect(await (await web.callerOf(null)).joining.lookAtLink({ token: other.change })).toMatchObject({ state: 'open' })
})
