declare module 'plotly.js-dist-min' {
  const Plotly: {
    newPlot(host: HTMLElement, data: object[], layout: object, config: object): Promise<unknown>
    relayout(host: HTMLElement, layout: object): Promise<unknown>
  }
  export default Plotly
}
