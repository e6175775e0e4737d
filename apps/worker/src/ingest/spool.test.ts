import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Spool } from './spool.ts'
import { recordBytes } from './spool-file.ts'

// Every record waits for the disk, which others may be using.
vi.setConfig({ testTimeout: 60_000 })

let dir = ''
let said: string[] = []
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'faultline-spool-'))
  said = []
})
const opened: Spool[] = []
afterEach(async () => {
  for (const spool of opened.splice(0)) await spool.close()
  rmSync(dir, { recursive: true, force: true })
})

async function openSpool(capBytes = 2 ** 20): Promise<Spool> {
  const spool = await Spool.open({ dir, capBytes, log: (line) => said.push(line) })
  opened.push(spool)
  return spool
}
const record = (text: string) => Buffer.from(text)
const take = async (spool: Spool): Promise<string | null> => {
  const payload = await spool.peek()
  if (payload) await spool.take()
  return payload?.toString() ?? null
}
const takeAll = async (spool: Spool): Promise<string[]> => {
  const all: string[] = []
  for (let text = await take(spool); text !== null; text = await take(spool)) all.push(text)
  return all
}
const spoolFiles = () =>
  readdirSync(dir)
    .filter((name) => name.endsWith('.spool'))
    .sort()
const onlyFile = () => path.join(dir, spoolFiles()[0] as string)

describe('the spool', () => {
  it('gives back what was put in, in order, and leaves nothing behind', async () => {
    const spool = await openSpool()
    expect([spool.empty, await spool.peek()]).toEqual([true, null])
    await spool.take()
    for (const text of ['one', 'two']) expect(await spool.append(record(text))).toBe(true)
    expect((await spool.peek())?.toString()).toBe('one')
    expect((await spool.peek())?.toString()).toBe('one')
    await spool.take()
    await spool.append(record('three'))
    expect(spool.bytes).toBe('twothree'.length + 2 * 8)
    expect(await takeAll(spool)).toEqual(['two', 'three'])
    expect(spool.empty).toBe(true)
    expect(readdirSync(dir)).toEqual([])
    await spool.append(record('again'))
    expect(await takeAll(spool)).toEqual(['again'])
    await spool.close()
  })

  it('keeps its order over many files, and drops each when it was taken', async () => {
    const spool = await openSpool(1_000)
    const texts = Array.from({ length: 8 }, (_, i) => `${i}`.repeat(100))
    for (const text of texts) expect(await spool.append(record(text))).toBe(true)
    expect(spoolFiles().length).toBe(4)
    for (const text of texts.slice(0, 5)) expect(await take(spool)).toBe(text)
    expect(spoolFiles().length).toBe(2)
    await spool.close()
    const again = await openSpool(1_000)
    expect(await takeAll(again)).toEqual(texts.slice(5))
    await again.close()
    expect(readdirSync(dir)).toEqual([])
  })

  it('says when there is no room, and has some again when a file was taken', async () => {
    const spool = await openSpool(400)
    const text = 'x'.repeat(80)
    let stored = 0
    while (await spool.append(record(text))) stored++
    expect(stored).toBe(3)
    expect(readdirSync(dir).reduce((sum, name) => sum + readFileSync(path.join(dir, name)).length, 0)).toBeLessThanOrEqual(400)
    await take(spool)
    expect(await spool.append(record(text))).toBe(true)
    expect(await takeAll(spool)).toHaveLength(3)
    await spool.close()
  })

  it('appends while it is being read', async () => {
    const spool = await openSpool(4_000)
    const texts = Array.from({ length: 200 }, (_, i) => `record ${i}`)
    const reading = (async () => {
      const all: string[] = []
      while (all.length < texts.length) {
        const text = await take(spool)
        if (text === null) await new Promise((resolve) => setImmediate(resolve))
        else all.push(text)
      }
      return all
    })()
    for (const text of texts) while (!(await spool.append(record(text)))) await new Promise((resolve) => setImmediate(resolve))
    expect(await reading).toEqual(texts)
    await spool.close()
    expect(readdirSync(dir)).toEqual([])
  })
})

describe('a record', () => {
  it('counts when the disk has it, and one that failed is not there', async () => {
    const spool = await openSpool()
    await spool.append(record('zero'))
    const probe = await open(onlyFile(), 'r')
    const sync = vi.spyOn(Object.getPrototypeOf(probe) as FileHandle, 'datasync')
    await probe.close()
    try {
      let onDisk = (): void => undefined
      sync.mockImplementationOnce(
        () =>
          new Promise((resolve) => {
            onDisk = resolve
          }),
      )
      let isSafe = false
      const appended = spool.append(record('one')).then(() => {
        isSafe = true
      })
      await expect.poll(() => sync.mock.calls.length, { timeout: 20_000 }).toBe(1)
      expect([isSafe, spool.bytes]).toEqual([false, recordBytes(record('zero'))])
      onDisk()
      await appended
      const before = readFileSync(onlyFile())
      sync.mockRejectedValueOnce(new Error('EIO'))
      await expect(spool.append(record('two'))).rejects.toThrow('EIO')
      expect(readFileSync(onlyFile())).toEqual(before)
      await spool.append(record('three'))
      // of the file that could not be synced nobody knows what is on disk
      expect(spoolFiles()).toHaveLength(2)
      expect(await takeAll(spool)).toEqual(['zero', 'one', 'three'])
    } finally {
      sync.mockRestore()
    }
  })
})

describe('after a crash', () => {
  it('gives what was not taken, and perhaps the last one taken again', async () => {
    const dead = await openSpool()
    for (const text of ['one', 'two', 'three']) await dead.append(record(text))
    await take(dead)
    const spool = await openSpool()
    expect(spool.bytes).toBe('twothree'.length + 2 * 8)
    await spool.append(record('four'))
    expect(await takeAll(spool)).toEqual(['two', 'three', 'four'])
    // a position that is lost or wrong
    const other = await openSpool()
    for (const text of ['five', 'six']) await other.append(record(text))
    for (const wrong of ['', '7', '1e9', '-1', 'NaN']) {
      writeFileSync(`${onlyFile()}.read`, wrong)
      const later = await openSpool()
      expect((await later.peek())?.toString()).toBe('five')
    }
  })

  it('cuts a record off that was being written, wherever the write stopped', async () => {
    const whole = await openSpool()
    for (const text of ['one', 'two']) await whole.append(record(text))
    const good = readFileSync(onlyFile())
    await whole.append(record('the third one'))
    await whole.close()
    const file = onlyFile()
    const all = readFileSync(file)
    for (let length = good.length + 1; length < all.length; length++) {
      writeFileSync(file, all)
      truncateSync(file, length)
      said = []
      const spool = await openSpool()
      expect(said).toEqual([expect.stringContaining(`${length - good.length} bytes`)])
      expect(readFileSync(file)).toEqual(good)
      expect(spool.bytes).toBe('onetwo'.length + 2 * 8)
      await spool.close()
    }
    const spool = await openSpool()
    await spool.append(record('after'))
    expect(await takeAll(spool)).toEqual(['one', 'two', 'after'])
  })

  it.each([
    ['zeros', (good: Buffer) => Buffer.concat([good, Buffer.alloc(64)])],
    ['a record with a flipped bit', (good: Buffer) => Buffer.concat([good, good.subarray(-8 - 3, -1), Buffer.from('x')])],
    ['an endless length', (good: Buffer) => Buffer.concat([good, Buffer.alloc(32, 0xff)])],
  ])('takes %s for no record', async (_, spoil) => {
    const before = await openSpool()
    for (const text of ['one', 'two']) await before.append(record(text))
    await before.close()
    writeFileSync(onlyFile(), spoil(readFileSync(onlyFile())))
    const spool = await openSpool()
    expect(said).toHaveLength(1)
    expect(await takeAll(spool)).toEqual(['one', 'two'])
  })

  it('begins a file again that had only begun, and puts one of another version aside', async () => {
    const number = (n: number) => path.join(dir, `000000000${n}-${process.pid}.spool`)
    writeFileSync(number(1), 'faultline-')
    writeFileSync(number(2), 'faultline-spool 9\nxxxxxxxxxxxx')
    writeFileSync(path.join(dir, 'note.txt'), 'not ours')
    const spool = await openSpool()
    expect(spool.empty).toBe(true)
    expect(said).toEqual([expect.stringContaining('of another version')])
    await spool.append(record('new'))
    expect(spoolFiles()).toEqual([`0000000003-${process.pid}.spool`])
    expect(await takeAll(spool)).toEqual(['new'])
    expect(readdirSync(dir).sort()).toEqual([`${path.basename(number(2))}.unreadable`, 'note.txt'])
  })

  it('takes over what a dead process left, and nothing of one that is running', async () => {
    const dead = await openSpool()
    await dead.append(record('left'))
    await dead.close()
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    try {
      const mine = path.basename(onlyFile())
      renameSync(path.join(dir, mine), path.join(dir, `0000000001-${other.pid}.spool`))
      const spool = await openSpool()
      expect([spool.empty, said]).toEqual([true, [expect.stringContaining(`process ${other.pid}`)]])
      await spool.append(record('own'))
      expect(await takeAll(spool)).toEqual(['own'])
    } finally {
      other.kill('SIGKILL')
      await new Promise((resolve) => other.once('exit', resolve))
    }
    const spool = await openSpool()
    expect(await takeAll(spool)).toEqual(['left'])
  })

  it('puts a file aside whose bytes change under it, and goes on with the next', async () => {
    const spool = await openSpool(400)
    for (const text of ['a', 'b', 'c'].map((c) => c.repeat(80))) await spool.append(record(text))
    expect(spoolFiles()).toHaveLength(3)
    const bytes = readFileSync(onlyFile())
    writeFileSync(onlyFile(), Buffer.concat([bytes.subarray(0, -1), Buffer.from('!')]))
    expect(await takeAll(spool)).toEqual(['b'.repeat(80), 'c'.repeat(80)])
    expect(said).toEqual([expect.stringContaining('is damaged')])
  })

  it('property: whatever is appended, taken and cut off, what was safe comes out in order, at least once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(fc.record({ put: fc.integer({ min: 1, max: 300 }) }), fc.constant('take' as const), fc.constant('crash' as const)),
          {
            maxLength: 40,
          },
        ),
        async (steps) => {
          rmSync(dir, { recursive: true, force: true })
          let spool = await openSpool(20_000)
          const safe: string[] = []
          const taken: string[] = []
          let next = 0
          for (const step of steps) {
            if (step === 'take') {
              const text = await take(spool)
              if (text !== null) taken.push(text)
            } else if (step === 'crash') {
              const [last] = spoolFiles().reverse()
              if (last) appendFileSync(path.join(dir, last), Buffer.alloc(5, 1))
              spool = await openSpool(20_000)
            } else {
              const text = `${next++}:${'x'.repeat(step.put)}`
              if (await spool.append(record(text))) safe.push(text)
            }
          }
          taken.push(...(await takeAll(spool)))
          expect(taken).toEqual(safe)
          await spool.close()
        },
      ),
      { numRuns: 40 },
    )
  })
})
