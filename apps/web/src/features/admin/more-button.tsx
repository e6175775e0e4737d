import { Button } from '@faultline/ui/react/button'
import { messages } from '../../messages.ts'

const text = messages.admin

/** Under a list that goes on. */
export function MoreButton({ shown, busy, onPress }: { shown: boolean; busy: boolean; onPress: () => void }) {
  if (!shown) return null
  return (
    <Button size="large" busy={busy} onClick={onPress} className="self-center">
      {busy ? text.loadingMore : text.more}
    </Button>
  )
}
