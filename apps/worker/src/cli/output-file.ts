import { once } from 'node:events'
import { createWriteStream, rmSync } from 'node:fs'
import { realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { FaultlineError } from '@faultline/market/errors'

const CHUNK_CHARACTERS = 1 << 16

/**
 * Writes text to a file that appears whole or not at all: into a neighbour first, renamed at the end. When `lines` throws, a
 * file that was there before is as it was. `null` is standard output; a device or pipe is written to directly.
 */
export async function writeOutput(path: string | null, lines: Iterable<string> | AsyncIterable<string>): Promise<void> {
  if (path === null) return writeAll(process.stdout, lines)
  await checkOutput(path)
  const existing = await stat(path).catch(() => null)
  if (existing && !existing.isFile()) return writeFile(path, lines)

  const target = existing ? await realpath(path) : path
  const draft = join(dirname(target), `.${basename(target)}.${process.pid}.part`)
  const onSignal = (signal: NodeJS.Signals) => {
    rmSync(draft, { force: true })
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  try {
    await writeFile(draft, lines)
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

/** FaultlineError `bad_input` where no file can be written at `path`: worth knowing before the work whose result it takes. */
export async function checkOutput(path: string | null): Promise<void> {
  if (path === null) return
  const existing = await stat(path).catch(() => null)
  if (existing?.isDirectory()) throw new FaultlineError('bad_input', `${path} is a folder; name a file`)
  const folder = await stat(dirname(path)).catch(() => null)
  if (!folder?.isDirectory())
    throw new FaultlineError('bad_input', `${dirname(path)} is no folder; make it first, or name a file elsewhere`)
}

async function writeFile(path: string, lines: Iterable<string> | AsyncIterable<string>): Promise<void> {
  const stream = createWriteStream(path)
  await once(stream, 'open')
  const closed = once(stream, 'close')
  try {
    await writeAll(stream, lines)
  } finally {
    stream.end()
    await closed
  }
}

async function writeAll(stream: NodeJS.WritableStream, lines: Iterable<string> | AsyncIterable<string>): Promise<void> {
  let text = ''
  const flush = async () => {
    if (text !== '' && !stream.write(text)) await once(stream, 'drain')
    text = ''
  }
  for await (const line of lines) {
    text += `${line}\n`
    if (text.length >= CHUNK_CHARACTERS) await flush()
  }
  await flush()
}
