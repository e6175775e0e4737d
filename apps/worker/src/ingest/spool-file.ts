/**
 * One file of the spool: a line that names the format, then records, each as length and CRC-32 (unsigned 32-bit, little-endian)
 * and its payload. Only the end is ever written, and a record counts once fdatasync has returned. How far it was read stands
 * beside it in `<file>.read`; that may be out of date after a crash, and records are then read twice.
 */
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'

const FORMAT = Buffer.from('faultline-spool 1\n')
const FRAME = 8

/** Bytes that a record of this payload takes. */
export const recordBytes = (payload: Uint8Array): number => FRAME + payload.length

export class SpoolFile {
  readonly path: string
  private readonly handle: FileHandle
  /** end of the last good record */
  private end: number
  /** start of the first record that was not taken */
  private at: number

  private constructor(path: string, handle: FileHandle, end: number, at: number) {
    this.path = path
    this.handle = handle
    this.end = end
    this.at = at
  }

  /** An empty one. @throws what the file system says */
  static async create(path: string): Promise<SpoolFile> {
    const handle = await open(path, 'wx+')
    try {
      await writeAll(handle, FORMAT, 0)
    } catch (error) {
      await handle.close()
      await rm(path, { force: true })
      throw error
    }
    return new SpoolFile(path, handle, FORMAT.length, FORMAT.length)
  }

  /**
   * One that an earlier process left. What follows its last good record is cut off: `torn` bytes, of a record that was being
   * written when the process died. Null for a file of another format.
   */
  static async recover(path: string): Promise<{ file: SpoolFile; torn: number } | null> {
    const handle = await open(path, 'r+')
    const { size } = await handle.stat()
    const head = await readAt(handle, 0, Math.min(size, FORMAT.length))
    if (!head.equals(FORMAT.subarray(0, head.length))) {
      await handle.close()
      return null
    }
    if (head.length < FORMAT.length) {
      // It died while it began the file.
      await writeAll(handle, FORMAT, 0)
      return { file: new SpoolFile(path, handle, FORMAT.length, FORMAT.length), torn: 0 }
    }
    const ends = new Set([FORMAT.length])
    let end = FORMAT.length
    for (;;) {
      const record = await readRecord(handle, end, size)
      if (!record) break
      end = record.end
      ends.add(end)
    }
    if (end < size) {
      await handle.truncate(end)
      await handle.datasync()
    }
    const read = Number(await readFile(`${path}.read`, 'utf8').catch(() => '0'))
    return { file: new SpoolFile(path, handle, end, ends.has(read) ? read : FORMAT.length), torn: size - end }
  }

  get size(): number {
    return this.end
  }

  /** Bytes that were not taken. */
  get waiting(): number {
    return this.end - this.at
  }

  /** Resolves when the record would survive a loss of power. A record that failed is not there, and the file is as it was. */
  async append(payload: Uint8Array): Promise<void> {
    const record = Buffer.allocUnsafe(recordBytes(payload))
    record.writeUInt32LE(payload.length, 0)
    record.writeUInt32LE(crc32(payload), 4)
    record.set(payload, FRAME)
    try {
      await writeAll(this.handle, record, this.end)
      await this.handle.datasync()
    } catch (error) {
      await this.handle.truncate(this.end).catch(() => undefined)
      throw error
    }
    this.end += record.length
  }

  /** The oldest record that was not taken. @throws Error when the disk gives something else than was written */
  async peek(): Promise<{ payload: Buffer; end: number } | null> {
    if (this.waiting === 0) return null
    const record = await readRecord(this.handle, this.at, this.end)
    if (!record) throw new Error(`${this.path} is damaged at byte ${this.at}.`)
    return record
  }

  /** Everything before `end` was taken. */
  async take(end: number): Promise<void> {
    this.at = end
    await writeFile(`${this.path}.read.new`, String(end))
    await rename(`${this.path}.read.new`, `${this.path}.read`)
  }

  /** Gives up what was not taken, without touching the file. */
  abandon(): void {
    this.at = this.end
  }

  async remove(): Promise<void> {
    await this.handle.close()
    for (const name of [this.path, `${this.path}.read`, `${this.path}.read.new`]) await rm(name, { force: true })
  }

  async close(): Promise<void> {
    await this.handle.close()
  }
}

async function readRecord(handle: FileHandle, at: number, size: number): Promise<{ payload: Buffer; end: number } | null> {
  if (at + FRAME > size) return null
  const frame = await readAt(handle, at, FRAME)
  const length = frame.readUInt32LE(0)
  const end = at + FRAME + length
  // A length of nothing is no record of ours: file systems extend files with zeros.
  if (length === 0 || end > size) return null
  const payload = await readAt(handle, at + FRAME, length)
  return payload.length === length && crc32(payload) === frame.readUInt32LE(4) ? { payload, end } : null
}

/** Shorter where the file ends. */
async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  let got = 0
  while (got < length) {
    const { bytesRead } = await handle.read(buffer, got, length - got, position + got)
    if (bytesRead === 0) break
    got += bytesRead
  }
  return buffer.subarray(0, got)
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}
