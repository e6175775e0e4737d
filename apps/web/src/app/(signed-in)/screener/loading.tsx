export { ScreenerLoading as default } from '../../../features/screener/screener-loading.tsx'
