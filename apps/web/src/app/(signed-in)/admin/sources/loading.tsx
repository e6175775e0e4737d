export { SourcesLoading as default } from '../../../../features/sources/sources-loading.tsx'
