import type {Metadata} from 'next'
import {Suspense} from 'react'
import {SourcePage} from '../../../features/sources/source-page.tsx'
import {Skeleton} from '../../../ui/faces.tsx'

export const metadata: Metadata = {title: 'Stream or table'}

export default function Source() {
  return (
    <Suspense fallback={<Skeleton />}>
      <SourcePage />
    </Suspense>
  )
}
