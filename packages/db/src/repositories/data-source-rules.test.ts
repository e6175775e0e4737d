import { expect, it } from 'vitest'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { ensureDataSource, findDataSource, updateDataSource } from './data-sources.ts'

const t = freshDatabase()
let made = 0
const makeSource = () => ensureDataSource(t.db, { name: `Source ${++made}`, venue: 'simulated', symbols: ['AUSDT'] })

it('takes an address without its last slash and a symbol once', async () => {
  const source = await makeSource()
  const change = { restUrl: ' http://127.0.0.1:1234/base// ', wsUrl: 'wss://stream.example/', symbols: ['BUSDT', 'AUSDT', 'BUSDT'] }
  expect(await updateDataSource(t.db, source.id, 1, change)).toMatchObject({
    restUrl: 'http://127.0.0.1:1234/base',
    wsUrl: 'wss://stream.example',
    symbols: ['BUSDT', 'AUSDT'],
  })
})

it.each([
  [{ restUrl: 'ftp://files.example' }, /restUrl: must begin with http:\/\/ or https:\/\//],
  [{ restUrl: 'javascript:alert(1)' }, /must begin with/],
  [{ restUrl: 'wss://stream.example' }, /must begin with/],
  [{ wsUrl: 'https://stream.example' }, /wsUrl: must begin with ws:\/\/ or wss:\/\//],
  [{ restUrl: 'api.example' }, /must begin with/],
  [{ restUrl: '' }, /must begin with/],
  // the table wants two slashes and small letters
  [{ restUrl: 'http:api.example' }, /must begin with/],
  [{ restUrl: 'HTTP://api.example' }, /must begin with/],
  [{ restUrl: 'http://' }, /is not an address/],
  [{ restUrl: 'http://api.example/a\nb' }, /is not an address/],
  [{ restUrl: 'https://ann:hunter2@api.example' }, /must not contain a user name or password/],
  [{ restUrl: 'https://hunter2@api.example' }, /must not contain a user name or password/],
  [{ restUrl: 'https://api.example/?key=hunter2' }, /must not contain a query/],
  [{ restUrl: 'https://api.example/#hunter2' }, /must not contain a query/],
  [{ restUrl: `https://api.example/${'x'.repeat(300)}` }, /must not be longer than 300/],
  [{ symbols: ['AUSDT', '<img src=x onerror=alert(1)>'] }, /symbols\.1: a symbol is/],
  [{ options: { backfillDays: 400 } }, /options\.backfillDays/],
])('refuses %j', async (change, message) => {
  const source = await makeSource()
  const error = await updateDataSource(t.db, source.id, 1, change).then(() => null, String)
  expect(error).toMatch(message)
  // what was refused may be a secret: the message does not repeat it
  expect(error).not.toContain('hunter2')
  expect(await findDataSource(t.db, source.id)).toEqual(source)
})
