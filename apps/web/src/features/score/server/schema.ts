import { HORIZONS_MS, NULLS } from '@faultline/engine/score/prequential'
import { z } from 'zod'
import { instrumentInput } from '../../heatmap/server/schema.ts'

/** How long after it a frozen map is looked at. */
export const SCORE_HORIZONS = { '15m': HORIZONS_MS[0], '1h': HORIZONS_MS[1] } as const
export const scoreSummaryInput = instrumentInput.extend({ horizon: z.enum(['15m', '1h']) })

const time = z.number()
/** 95 %, days drawn as blocks; null with fewer than two days */
const interval = { low: z.number().nullable(), high: z.number().nullable() }

/** What the live maps of one instrument and model were worth. Times in UTC ms. */
export const scoreSummary = z.object({
  /** of the build that is served: scores of different models are never mixed; null before the first map */
  model: z.string().nullable(),
  horizonMs: z.number(),
  /** when the first and the last map that counts were frozen; null while there is none */
  from: time.nullable(),
  to: time.nullable(),
  /** live maps whose horizon has passed while liquidations were received */
  outcomes: z.int(),
  /** liquidations that they are judged by */
  events: z.int(),
  /** live maps that nothing is said of, since liquidations were not received */
  uncovered: z.int(),
  /** maps that were scored afterwards from what was stored; they do not count */
  replayed: z.int(),
  /** days with liquidations among the outcomes that count */
  days: z.int(),
  /** there are days enough to judge by */
  enough: z.boolean(),
  /** how many more days with liquidations it takes; 0 when there is enough */
  moreDays: z.int(),
  /** information gain in nats per event: above 0 the map knew more; null where the null had no say yet */
  lift: z.record(z.enum(NULLS), z.object({ perEvent: z.number(), events: z.int(), ...interval }).nullable()),
  /** enough, and the intervals over distance alone and over the map of the day before both lie above 0 */
  skill: z.boolean(),
  /** probabilities of liquidations beyond a share of open interest within the hour, by what was said: how often it came true; none at 15m */
  reliability: z.array(z.object({ from: z.number(), to: z.number(), forecast: z.number(), observed: z.number(), count: z.int() })),
  /** mean squared error of these probabilities; null without any */
  brier: z.number().nullable(),
  /** 1 − error / error of always saying each threshold's own frequency, which is known in hindsight only; null where none could be told apart */
  brierSkill: z.number().nullable(),
  /** the same of each threshold */
  thresholds: z.array(
    z.object({ id: z.string(), count: z.int(), frequency: z.number(), brier: z.number(), skill: z.number(), ...interval }),
  ),
})
export type ScoreSummary = z.infer<typeof scoreSummary>
