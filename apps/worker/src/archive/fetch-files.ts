/**
 * Brings files of a public archive into a folder: from a base URL, or from a folder with the same paths (nothing is copied
 * then). A file appears whole or not at all; what is there already is not fetched again, so whoever was stopped goes on.
 */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { FaultlineError } from '@faultline/market/errors'
import { pause } from '../live/pause.ts'
import type { ArchiveFile } from './plan-files.ts'

export interface FetchOptions {
  /** `https://…`, `http://…` or a folder */
  base: string
  /** where fetched files are kept; of no use for a folder */
  cache: string
  signal?: AbortSignal | undefined
  onFile?: (done: number, total: number, file: string) => void
  /** the longest wait between two attempts, ms */
  longestWaitMs?: number
}

export interface Fetched {
  /** the folder below which the paths of the files lie */
  folder: string
  /** those that are there, in the order in which they were asked for */
  files: string[]
  /** those that the archive does not have */
  absent: string[]
}

const ATTEMPTS = 6
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 60_000
/** Of one server at once: polite, and enough to hide the way there. */
const AT_ONCE = 2
/** An answer that brings nothing for so long has died. */
const STALLED_MS = 60_000

export const isUrl = (base: string): boolean => /^https?:\/\//i.test(base)

/** @throws FaultlineError unavailable when a server does not answer in time, bad_input for a damaged file or a folder that is none */
export async function fetchFiles(wanted: readonly ArchiveFile[], options: FetchOptions): Promise<Fetched> {
  const folder = isUrl(options.base) ? options.cache : options.base
  if (!isUrl(options.base) && !(await stat(folder).catch(() => null))?.isDirectory())
    throw new FaultlineError('bad_input', `${folder} is no folder; give the one that holds the archive, or its URL`)
  const there = new Array<boolean>(wanted.length).fill(false)
  let next = 0
  let done = 0
  const work = async (): Promise<void> => {
    for (let i = next++; i < wanted.length; i = next++) {
      if (options.signal?.aborted) return
      const file = wanted[i] as ArchiveFile
      there[i] = isUrl(options.base) ? await fetchOne(file, options) : await exists(path.join(folder, file.path))
      options.onFile?.(++done, wanted.length, file.path)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  if (options.signal?.aborted)
    throw new FaultlineError('unavailable', 'Stopped. What was fetched is kept; the same command goes on from there.')
  const paths = wanted.map((file) => file.path)
  return { folder, files: paths.filter((_, i) => there[i]), absent: paths.filter((_, i) => !there[i]) }
}

/** False where the archive does not have it. */
async function fetchOne(file: ArchiveFile, options: FetchOptions): Promise<boolean> {
  const target = path.join(options.cache, file.path)
  if (await exists(target)) return true
  await mkdir(path.dirname(target), { recursive: true })
  const draft = `${target}.${process.pid}.part`
  try {
    if (!(await download(urlOf(options.base, file.path), draft, options))) return false
    await refusePage(draft, urlOf(options.base, file.path))
    if (file.checksum !== null) await verify(draft, file, options)
    await rename(draft, target)
    return true
  } finally {
    await rm(draft, { force: true })
  }
}

const urlOf = (base: string, file: string): string => `${base.replace(/\/+$/, '')}/${file}`

/** Writes the answer's body; false for 403 and 404 (an object store says either of what it does not have). */
async function download(url: string, target: string, options: FetchOptions): Promise<boolean> {
  let last = ''
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (options.signal?.aborted) return false
    const stalled = new AbortController()
    const watch = setTimeout(() => stalled.abort(), STALLED_MS)
    try {
      const response = await fetch(url, { signal: AbortSignal.any([stalled.signal, ...(options.signal ? [options.signal] : [])]) })
      if (response.status === 404 || response.status === 403) return false
      if (response.ok && response.body) {
        const body = Readable.fromWeb(response.body as import('node:stream/web').ReadableStream)
        body.on('data', () => watch.refresh())
        await pipeline(body, createWriteStream(target))
        return true
      }
      last = `it answered ${response.status}`
      if (response.status < 500 && response.status !== 429 && response.status !== 408) break
      await wait(attempt, options, Number(response.headers.get('retry-after')))
    } catch (error) {
      if (options.signal?.aborted) return false
      last =
        error instanceof Error
          ? [error.message, error.cause instanceof Error ? error.cause.message : ''].filter(Boolean).join(': ')
          : String(error)
      await wait(attempt, options)
    } finally {
      clearTimeout(watch)
    }
  }
  throw new FaultlineError(
    'unavailable',
    `${url} could not be fetched: ${last}. What was fetched is kept; run the same command again later.`,
  )
}

async function wait(
  attempt: number,
  { longestWaitMs = LONGEST_WAIT_MS, signal }: FetchOptions,
  retryAfterSeconds = Number.NaN,
): Promise<void> {
  const asked = Number.isFinite(retryAfterSeconds) && retryAfterSeconds > 0 ? retryAfterSeconds * 1_000 : 0
  const ours = FIRST_WAIT_MS * 2 ** attempt * (0.5 + 0.5 * Math.random())
  await pause(Math.min(longestWaitMs, Math.max(asked, ours)), signal ?? new AbortController().signal)
}

/** A page under 200 (a proxy that asks for a password, a server that excuses itself) must not be kept as the file. */
async function refusePage(draft: string, url: string): Promise<void> {
  const handle = await open(draft)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0)
    if (!/^(?:\uFEFF)?\s*[<{]/.test(buffer.toString('utf8', 0, bytesRead))) return
  } finally {
    await handle.close()
  }
  throw new FaultlineError(
    'unavailable',
    `${url} answered a page in place of the file. Open it in a browser to see what is asked for; nothing was kept.`,
  )
}

/** The archive writes `<sha-256>  <name>`. Without a checksum file there is nothing to compare with. */
async function verify(draft: string, file: ArchiveFile, options: FetchOptions): Promise<void> {
  const sums = `${draft}.sum`
  try {
    if (!(await download(urlOf(options.base, file.checksum as string), sums, options))) return
    const said = (await digestFile(sums)).text.trim().split(/\s+/)[0]?.toLowerCase()
    const { sha256 } = await digestFile(draft)
    if (said !== sha256)
      throw new FaultlineError('bad_input', `its SHA-256 is ${sha256}, the archive says ${said}: fetch it again`, {
        place: { file: file.path },
      })
  } finally {
    await rm(sums, { force: true })
  }
}

async function digestFile(name: string): Promise<{ sha256: string; text: string }> {
  const hash = createHash('sha256')
  const head: Buffer[] = []
  let kept = 0
  for await (const chunk of createReadStream(name)) {
    const bytes = chunk as Buffer
    hash.update(bytes)
    if (kept < 4_096) head.push(bytes)
    kept += bytes.length
  }
  return { sha256: hash.digest('hex'), text: Buffer.concat(head).toString('utf8').slice(0, 4_096) }
}

const exists = async (name: string): Promise<boolean> => (await stat(name).catch(() => null))?.isFile() ?? false
