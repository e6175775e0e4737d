/** What tests of the heat use in the page besides the probe: window.heatKit. */
import { ProfileChart } from '../../src/chart/profile-chart.ts'
import { withMarks } from './synthetic-marks.ts'
import { profileOf } from './synthetic-profile.ts'

const heatKit = { ProfileChart, withMarks, profileOf }

declare global {
  interface Window {
    heatKit: typeof heatKit
  }
}
window.heatKit = heatKit
