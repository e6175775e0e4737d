import { crc32 } from 'node:zlib'
import { FaultlineError } from '@faultline/market/errors'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import type { InputFile } from './input-files.ts'

/** The tables inside a zip. A file that is no zip, or holds no table, is an error that names it. */
export async function zipEntries(full: string, path: string): Promise<InputFile[]> {
  const entries = await withZip(full, path, async (zip) => {
    const found: Entry[] = []
    for await (const entry of zip.eachEntry()) if (isTable(entry.fileName)) found.push(entry)
    return found
  })
  if (entries.length === 0) throw new FaultlineError('bad_input', 'a zip without any csv file', { place: { file: path } })
  return entries.map((entry) => ({
    path: `${path}/${entry.fileName}`,
    bytes: entry.compressedSize,
    open: (onBytes) => readEntry(full, path, entry, onBytes),
  }))
}

const isTable = (name: string) => /\.(csv|json)$/i.test(name) && !/(^|\/)(\.|__MACOSX\/)/.test(name)

async function* readEntry(full: string, path: string, entry: Entry, onBytes?: (bytes: number) => void): AsyncGenerator<Buffer> {
  const file = `${path}/${entry.fileName}`
  const zip = await openZip(full, path)
  try {
    if (entry.isEncrypted()) throw new Error('it is encrypted')
    const packed = entry.uncompressedSize > 0 ? entry.compressedSize / entry.uncompressedSize : 0
    let sum = 0
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      const bytes = chunk as Buffer
      sum = crc32(bytes, sum)
      onBytes?.(bytes.length * packed)
      yield bytes
    }
    // yauzl leaves this to its caller.
    if (sum !== entry.crc32) throw new Error('its checksum is wrong')
  } catch (error) {
    throw damaged(file, error)
  } finally {
    zip.close()
  }
}

async function withZip<T>(full: string, path: string, work: (zip: ZipFile) => Promise<T>): Promise<T> {
  const zip = await openZip(full, path)
  try {
    return await work(zip)
  } catch (error) {
    throw damaged(path, error)
  } finally {
    zip.close()
  }
}

async function openZip(full: string, path: string): Promise<ZipFile> {
  try {
    return await openPromise(full, { autoClose: false })
  } catch (error) {
    throw damaged(path, error)
  }
}

function damaged(file: string, error: unknown): unknown {
  if (error instanceof FaultlineError || !(error instanceof Error) || 'syscall' in error) return error
  return new FaultlineError('bad_input', `not a whole zip file (${error.message}); fetch it again`, { place: { file }, cause: error })
}
