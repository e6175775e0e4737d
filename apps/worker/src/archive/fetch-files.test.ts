import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { scratchFolder } from '../../test/scratch-folder.ts'
import { fetchFiles } from './fetch-files.ts'

const file = (name: string, checksum = false) => ({ path: name, checksum: checksum ? `${name}.CHECKSUM` : null, optional: true })

async function serve(answer: RequestListener): Promise<{ base: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(request, response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/copy/`, asked }
}

it('fetches what is missing, says what the archive does not have, and fetches nothing twice', async () => {
  const { base, asked } = await serve((request, response) => {
    response.statusCode = request.url?.includes('absent') ? 404 : 200
    response.end(`body of ${request.url}`)
  })
  const cache = scratchFolder()
  const wanted = [file('a/one.csv.gz'), file('b/absent.zip'), file('c/two.csv.gz')]
  const fetched = await fetchFiles(wanted, { base, cache })
  expect(fetched).toEqual({ folder: cache, files: ['a/one.csv.gz', 'c/two.csv.gz'], absent: ['b/absent.zip'] })
  expect(readFileSync(path.join(cache, 'a/one.csv.gz'), 'utf8')).toBe('body of /copy/a/one.csv.gz')
  asked.length = 0
  await fetchFiles(wanted, { base, cache })
  expect(asked).toEqual(['/copy/b/absent.zip'])
})

it('compares with the archive’s checksum and keeps nothing that differs', async () => {
  const sum = createHash('sha256').update('good').digest('hex')
  const { base } = await serve((request, response) => {
    if (request.url?.endsWith('.CHECKSUM')) response.end(`${sum}  name.zip\n`)
    else response.end(request.url?.includes('good') ? 'good' : 'evil')
  })
  const cache = scratchFolder()
  expect((await fetchFiles([file('good.zip', true)], { base, cache })).files).toEqual(['good.zip'])
  await expect(fetchFiles([file('bad.zip', true)], { base, cache })).rejects.toMatchObject({
    code: 'bad_input',
    place: { file: 'bad.zip' },
  })
  expect(readdirSync(cache)).toEqual(['good.zip'])
})

it('keeps no page in place of a file', async () => {
  let login = true
  const { base } = await serve((_, response) => response.end(login ? '\n<html>Who are you?</html>' : 'the file'))
  const cache = scratchFolder()
  await expect(fetchFiles([file('one.csv.gz')], { base, cache })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/one\.csv\.gz answered a page/),
  })
  expect(readdirSync(cache)).toEqual([])
  login = false
  expect((await fetchFiles([file('one.csv.gz')], { base, cache })).files).toEqual(['one.csv.gz'])
})

it('tries again when the server fails, and gives up with what to do', async () => {
  let failures = 0
  const { base, asked } = await serve((request, response) => {
    const fails = request.url?.includes('dead') || failures++ < 2
    response.statusCode = fails ? 503 : 200
    response.end('late')
  })
  const cache = scratchFolder()
  expect((await fetchFiles([file('slow.zip')], { base, cache, longestWaitMs: 1 })).files).toEqual(['slow.zip'])
  expect(asked).toHaveLength(3)
  await expect(fetchFiles([file('dead.zip')], { base, cache, longestWaitMs: 1 })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/answered 503.*again later/),
  })
  expect(readdirSync(cache)).toEqual(['slow.zip'])
})

it('stops when it is told to, and says that it goes on from there', async () => {
  const stop = new AbortController()
  const { base } = await serve((_, response) => {
    stop.abort()
    response.end('half')
  })
  const wanted = Array.from({ length: 20 }, (_, i) => file(`${i}.zip`))
  await expect(fetchFiles(wanted, { base, cache: scratchFolder(), signal: stop.signal })).rejects.toMatchObject({
    message: expect.stringContaining('goes on from there'),
  })
})

it('reads a folder with the same paths where it stands', async () => {
  const folder = scratchFolder()
  mkdirSync(path.join(folder, 'a'))
  writeFileSync(path.join(folder, 'a/one.zip'), '')
  expect(await fetchFiles([file('a/one.zip'), file('a/two.zip')], { base: folder, cache: '/nowhere' })).toEqual({
    folder,
    files: ['a/one.zip'],
    absent: ['a/two.zip'],
  })
  await expect(fetchFiles([], { base: path.join(folder, 'a/one.zip'), cache: '/nowhere' })).rejects.toMatchObject({ code: 'bad_input' })
})
