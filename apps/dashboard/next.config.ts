import {join} from 'node:path'
import type {NextConfig} from 'next'

const root = join(import.meta.dirname, '../..')

/** Exported as files, which the server hands out itself: one process, one port, the same origin for the socket. */
export default {
  output: 'export',
  turbopack: {root},
  outputFileTracingRoot: root,
  poweredByHeader: false,
  reactStrictMode: true,
  allowedDevOrigins: ['127.0.0.1'],
} satisfies NextConfig
