/** Words of what can be taken away from a chart. */
export const exports = {
  title: 'Export',
  png: 'PNG of the chart',
  csv: 'CSV of visible columns',
  link: 'Copy link',
  embed: 'Embed code',
  pngSaved: 'PNG saved',
  csvSaved: 'CSV saved',
  linkCopied: 'Link copied',
  embedCopied: 'Embed code copied',
  failed: (why: string) => `Nothing was saved. ${why} Try again, or with a smaller part of the chart.`,
  closeError: 'Close this message',
  noPicture: 'The browser made no picture of the chart.',
  byHand: {
    title: 'Copy by hand',
    why: 'This browser does not let the page use the clipboard. The text is selected: copy it with Ctrl C or ⌘C.',
    field: 'Text to copy',
  },
}
