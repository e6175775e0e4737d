/** Words of the one heatmap that another page may show in a frame. */
export const embed = {
  title: (symbol: string) => `${symbol} liquidation heatmap`,
  estimated: 'Estimated, not exact',
  simulated: 'Simulated',
  simulatedWhy: 'A market of Faultline’s own simulator, no real one.',
  open: 'Open in Faultline',
  range: 'Range',
  until: (time: string) => `to ${time}`,
  loading: (range: string) => `Loading ${range}`,
  empty: 'Nothing has been estimated of this market yet. It shows here as soon as there is.',
  failed: 'The picture could not be loaded. It is tried again by itself.',
  noAnswer: 'The server does not answer. It is tried again by itself.',
  needsScripts: 'The chart is drawn by scripts, which this browser does not run.',
}
