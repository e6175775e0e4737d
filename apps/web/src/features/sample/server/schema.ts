import { z } from 'zod'

export const sampleStatus = z.object({
  running: z.boolean(),
  /** what is being done, in words; null while unknown or not running */
  phase: z.string().nullable(),
  done: z.number().nullable(),
  total: z.number().nullable(),
  etaMs: z.number().nullable(),
  /** why the last run failed: the last lines that it said */
  error: z.string().optional(),
})
export type SampleStatus = z.infer<typeof sampleStatus>
