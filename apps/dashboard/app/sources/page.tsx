import type {Metadata} from 'next'
import {Suspense} from 'react'
import {SourcesPage} from '../../features/sources/sources-page.tsx'
import {Skeleton} from '../../ui/faces.tsx'

export const metadata: Metadata = {title: 'Streams and tables'}

export default function Sources() {
  return (
    <Suspense fallback={<Skeleton />}>
      <SourcesPage />
    </Suspense>
  )
}
