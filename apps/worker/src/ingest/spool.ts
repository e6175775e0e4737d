/**
 * A queue on disk: what could not be written to the database, in order, in files of bounded size. A file goes when all of it
 * was taken. One task appends and one takes, at the same time if they like.
 *
 * The folder may be shared by workers one after the other: files are named by their order and the process that wrote them, and
 * those of a process that is still running are left to it.
 */
import { mkdir, open, readdir, rename } from 'node:fs/promises'
import path from 'node:path'
import { recordBytes, SpoolFile } from './spool-file.ts'

const FILE_BYTES = 16 * 2 ** 20
const NAME = /^(\d{10})-(\d+)\.spool$/

export interface SpoolOptions {
  dir: string
  /** most bytes on disk */
  capBytes: number
  log: (line: string) => void
}

export class Spool {
  private readonly options: SpoolOptions
  private readonly fileBytes: number
  private readonly files: SpoolFile[]
  private nextNumber: number
  private writing: SpoolFile | null = null
  private appending = false
  private peeked: { file: SpoolFile; end: number } | null = null

  private constructor(options: SpoolOptions, files: SpoolFile[], nextNumber: number) {
    this.options = options
    this.files = files
    this.nextNumber = nextNumber
    this.fileBytes = Math.min(FILE_BYTES, Math.ceil(options.capBytes / 4))
  }

  /** Makes the folder, and takes up what is in it. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const { dir, log } = options
    await mkdir(dir, { recursive: true })
    const files: SpoolFile[] = []
    let last = 0
    for (const name of (await readdir(dir)).sort()) {
      const [, number, pid] = NAME.exec(name) ?? []
      if (number === undefined) continue
      last = Math.max(last, Number(number))
      if (Number(pid) !== process.pid && isRunning(Number(pid))) {
        log(`spool: ${name} is left to process ${pid}, which is running`)
        continue
      }
      const file = path.join(dir, name)
      const recovered = await SpoolFile.recover(file)
      if (!recovered) {
        await rename(file, `${file}.unreadable`)
        log(`spool: ${name} is of another version and was put aside as ${name}.unreadable`)
        continue
      }
      if (recovered.torn > 0) log(`spool: ${name} ended in ${recovered.torn} bytes of a record that was never finished; they were cut off`)
      if (recovered.file.waiting === 0) await recovered.file.remove()
      else files.push(recovered.file)
    }
    return new Spool(options, files, last + 1)
  }

  /** Bytes that were not taken. */
  get bytes(): number {
    return this.files.reduce((sum, file) => sum + file.waiting, 0)
  }

  get empty(): boolean {
    return this.bytes === 0
  }

  /** Resolves with true when the record is safe, with false when there is no room. @throws what the file system says; nothing was added then */
  async append(payload: Uint8Array): Promise<boolean> {
    const bytes = recordBytes(payload)
    const used = this.files.reduce((sum, file) => sum + file.size, 0)
    if (used + bytes > this.options.capBytes) return false
    this.appending = true
    try {
      let file = this.writing
      if (!file || file.size + bytes > this.fileBytes) {
        file = await this.begin()
        this.files.push(file)
        this.writing = file
      }
      await file.append(payload)
      return true
    } catch (error) {
      // After a failed fdatasync nobody knows what of a file is on disk: the next record begins a new one.
      this.writing = null
      throw error
    } finally {
      this.appending = false
    }
  }

  /** The oldest record, which stays until take(). A file that gives something else than was written is put aside. */
  async peek(): Promise<Buffer | null> {
    for (;;) {
      const file = this.files.find((f) => f.waiting > 0)
      if (!file) return null
      try {
        const record = await file.peek()
        if (!record) continue
        this.peeked = { file, end: record.end }
        return record.payload
      } catch (error) {
        this.options.log(`spool: ${error instanceof Error ? error.message : String(error)} ${file.waiting} bytes are not written.`)
        file.abandon()
        if (this.writing === file) this.writing = null
        this.files.splice(this.files.indexOf(file), 1)
        await file.close()
        await rename(file.path, `${file.path}.unreadable`)
      }
    }
  }

  /** The record that peek() gave is not needed any more. */
  async take(): Promise<void> {
    if (!this.peeked) return
    const { file, end } = this.peeked
    this.peeked = null
    await file.take(end)
    for (const done of this.files.filter((f) => f.waiting === 0)) {
      if (done === this.writing) {
        if (this.appending) continue
        this.writing = null
      }
      this.files.splice(this.files.indexOf(done), 1)
      await done.remove()
    }
  }

  async close(): Promise<void> {
    for (const file of this.files.splice(0)) await (file.waiting === 0 ? file.remove() : file.close())
  }

  private async begin(): Promise<SpoolFile> {
    const { dir } = this.options
    const name = `${String(this.nextNumber++).padStart(10, '0')}-${process.pid}.spool`
    const file = await SpoolFile.create(path.join(dir, name))
    // The name has to survive as well. Not every system lets a folder be synced.
    const folder = await open(dir).catch(() => null)
    await folder?.sync().catch(() => undefined)
    await folder?.close()
    return file
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
