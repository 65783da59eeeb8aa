import Link from 'next/link'
import {MapPinOff} from 'lucide-react'
import {buttonStyle} from '../ui/button.tsx'
import {Empty} from '../ui/faces.tsx'

export default function NotFound() {
  return (
    <div className="p-6">
      <h1 className="sr-only">Not found</h1>
      <Empty
        icon={MapPinOff}
        title="There is no page at this address"
        action={
          <Link href="/" className={buttonStyle()}>
            To the overview
          </Link>
        }
      >
        Pages of topics, sources and queries take the name in the address, as in /topics/view?name=orders.
      </Empty>
    </div>
  )
}
