// For vitest's `setupFiles`: property tests take the same cases in every run, so that a build does not turn red by luck. A fault
// that other cases would show is looked for on purpose: `FAULTLINE_FUZZ_SEED=random npm test -- unit` (or a number).
import fc from 'fast-check'

const wanted = process.env.FAULTLINE_FUZZ_SEED ?? '20261122'
if (wanted !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted) })
