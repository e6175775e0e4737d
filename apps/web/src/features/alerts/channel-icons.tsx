import type { ChannelKind } from '@faultline/market/alert'
import { Hash, type LucideIcon, Mail, Send, Webhook } from 'lucide-react'

export const CHANNEL_ICONS: Record<ChannelKind, LucideIcon> = { email: Mail, webhook: Webhook, telegram: Send, discord: Hash }
