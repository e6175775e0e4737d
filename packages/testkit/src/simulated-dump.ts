import type { SimulationOptions } from '@faultline/simulator/settings'
import { simulate } from '@faultline/simulator/simulate'
import { writeDump } from '@faultline/simulator/write-dump'

/** A simulated market as a folder of dump files with `truth.csv`, for tests that may not import the simulator themselves. */
export async function simulatedDump(options: SimulationOptions, folder: string): Promise<void> {
  await writeDump(simulate(options), folder)
}
