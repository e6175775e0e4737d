import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/**
 * Writes a stream of text to a file, or to standard output where `file` is null. A file appears whole or not at all: it is
 * written beside its place and renamed.
 */
export async function writeOutput(file: string | null, chunks: AsyncIterable<string>): Promise<void> {
  if (file === null) return pipeline(Readable.from(chunks), process.stdout, { end: false })
  const draft = `${file}.${process.pid}.part`
  try {
    await pipeline(Readable.from(chunks), createWriteStream(draft, { flags: 'wx' }))
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
