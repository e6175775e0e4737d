/** Words of the tour: three steps, one sentence or two each. */
export const tour = {
  label: 'Tour',
  again: 'Show the tour',
  step: (n: string, of: string) => `${n} of ${of}`,
  next: 'Next',
  back: 'Back',
  done: 'Done',
  dismiss: 'End the tour',
  steps: {
    heat: {
      title: 'Where positions would be closed',
      text: 'Brightness is USD that would be force-closed at a price: long positions below the price, short ones above. Estimated, not exact.',
    },
    threshold: {
      title: 'Show only what is large',
      text: 'Drag the two handles: nothing is drawn below the low one, colours are full above the high one.',
    },
    panes: {
      title: 'Put more beside it',
      text: 'Funding, open interest, liquidations and more, under the same time axis.',
    },
  },
}
