import { resolve } from 'node:path'

/** A path as the caller typed it: relative to the directory where npm was called, not to this package. */
export const userPath = (text: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), text)
