/** Words of the accuracy. */
export const accuracy = {
  title: 'Accuracy',
}
