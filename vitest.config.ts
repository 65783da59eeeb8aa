import {defineConfig} from 'vitest/config'

export default defineConfig({
  ssr: {resolve: {conditions: ['@millrace/source']}},
  resolve: {conditions: ['@millrace/source']},
  test: {include: ['packages/**/*.test.ts', 'apps/**/*.test.ts', 'test/**/*.test.ts'], exclude: ['**/node_modules/**', '**/dist/**', '**/.next/**'], testTimeout: 30_000, hookTimeout: 60_000},
})
