import {createRequire} from 'node:module'
import {defineConfig} from 'vitest/config'

const conditions = ['@millrace/source']
// graphql comes in two builds that refuse each other: here as under Node, everybody gets the one that require finds.
const graphql = {find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql')}

export default defineConfig({
  ssr: {resolve: {conditions}},
  resolve: {conditions, alias: [graphql]},
  test: {
    include: ['packages/**/*.test.ts', 'apps/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/.next/**'],
    setupFiles: ['test/support/property-seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
