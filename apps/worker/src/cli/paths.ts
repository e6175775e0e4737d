import { resolve } from 'node:path'

/** A path as the caller typed it: relative to the directory where npm was called, not to this package. */
export const userPath = (text: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), text)

/** Where `--out` leads: null, standard output, without it or with `-`. */
export const outputPath = (text: string | undefined): string | null => (text === undefined || text === '-' ? null : userPath(text))
