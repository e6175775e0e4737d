import { LinkEnded } from '../../../features/share/link-ended.tsx'

export default function SharedNotFound() {
  return <LinkEnded />
}
