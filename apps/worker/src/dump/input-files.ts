import { createReadStream } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { FaultlineError } from '@faultline/market/errors'
import { zipEntries } from './zip-entries.ts'

/** One table or JSON text of a dump folder, wherever it is packed. */
export interface InputFile {
  /** relative to the folder, `/` between names; a file inside a zip is `outer.zip/inner.csv` */
  path: string
  /** bytes it takes on disk, compressed as it is */
  bytes: number
  /** The unpacked bytes. Damage of the packing is a FaultlineError that names the file. `onBytes` hears of bytes read from disk. */
  open(onBytes?: (bytes: number) => void): AsyncIterable<Buffer>
}

const READ_SIZE = 1 << 18

/**
 * Every `.csv`, `.csv.gz`, `.json`, `.json.gz` and what zips hold of these, below `folder`, in order of path. Other files
 * (checksums, notes) and hidden ones are none of our business. A folder that is missing or holds nothing is an error.
 */
export async function listInputFiles(folder: string, wanted: (path: string) => boolean): Promise<InputFile[]> {
  const info = await stat(folder).catch(() => null)
  if (!info) throw new FaultlineError('bad_input', `${folder}: no such folder`)
  if (!info.isDirectory()) throw new FaultlineError('bad_input', `${folder}: not a folder; give the folder that holds the dump files`)

  const files: InputFile[] = []
  for (const path of (await walk(folder, '', new Set())).sort()) {
    if (wanted(path)) files.push(...(await openInputFile(join(folder, path), path)))
  }
  return files
}

/** The tables in one file, which may be a zip; none where it is no table. `path` is what messages call it. */
export async function openInputFile(full: string, path: string): Promise<InputFile[]> {
  if (/\.zip$/i.test(path)) return zipEntries(full, path)
  return /\.(csv|json)(\.gz)?$/i.test(path) ? [await openDiskFile(full, path)] : []
}

async function walk(root: string, below: string, seen: Set<string>): Promise<string[]> {
  const directory = join(root, below)
  const real = await realpath(directory)
  if (seen.has(real)) return [] // a link that leads back up
  seen.add(real)
  const out: string[] = []
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue
    const path = below ? `${below}/${entry.name}` : entry.name
    const info = entry.isSymbolicLink() ? await stat(join(root, path)).catch(() => null) : entry
    if (info?.isDirectory()) out.push(...(await walk(root, path, seen)))
    else if (info?.isFile()) out.push(path)
  }
  return out
}

/** A file on disk, unpacked where its name ends in .gz; `path` is what messages call it. */
export async function openDiskFile(full: string, path: string): Promise<InputFile> {
  const { size } = await stat(full)
  return { path, bytes: size, open: (onBytes) => readDisk(full, path, onBytes) }
}

async function* readDisk(full: string, path: string, onBytes?: (bytes: number) => void): AsyncGenerator<Buffer> {
  const disk = createReadStream(full, { highWaterMark: READ_SIZE })
  if (onBytes) disk.on('data', (chunk) => onBytes(chunk.length))
  if (!/\.gz$/i.test(path)) {
    yield* disk
    return
  }
  const gunzip = createGunzip({ chunkSize: READ_SIZE })
  disk.on('error', (error) => gunzip.destroy(error))
  try {
    yield* disk.pipe(gunzip)
  } catch (error) {
    if (!isZlibError(error)) throw error
    throw new FaultlineError('bad_input', `not a whole gzip file (${error.message}); fetch it again`, {
      place: { file: path },
      cause: error,
    })
  } finally {
    disk.destroy()
  }
}

const isZlibError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error &&
  typeof (error as NodeJS.ErrnoException).code === 'string' &&
  /^Z_/.test((error as NodeJS.ErrnoException).code ?? '')
