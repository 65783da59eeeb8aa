import type {Partition, Topic} from '../../graphql/topics.ts'
import {exact} from '../../lib/format.ts'
import {Bytes} from '../../ui/number.tsx'
import {Table} from '../../ui/table.tsx'

const size = (partition: Partition): bigint => BigInt(partition.endOffset) - BigInt(partition.beginOffset)

/** How full a partition is beside the fullest, so that skew is seen. */
const Share = ({of, most}: {readonly of: bigint; readonly most: bigint}) => (
  <span aria-hidden className="inline-block h-1.5 w-24 overflow-hidden rounded-full bg-raised align-middle">
    <span className="block h-full bg-accent" style={{width: `${most === 0n ? 0 : Number((of * 100n) / most)}%`}} />
  </span>
)

export function PartitionTable({topic}: {readonly topic: Topic}) {
  const most = topic.partitions.reduce((max, it) => (size(it) > max ? size(it) : max), 0n)
  return (
    <div className="max-h-80 overflow-y-auto">
      <Table
        label="Partitions"
        rows={topic.partitions}
        keyOf={it => String(it.id)}
        columns={[
          {name: 'Partition', cell: it => <span className="figure">{it.id}</span>},
          {name: 'Begin offset', isNumber: true, cell: it => exact(it.beginOffset)},
          {name: 'End offset', isNumber: true, cell: it => exact(it.endOffset)},
          {name: 'Records', isNumber: true, cell: it => exact(size(it))},
          {name: 'Beside the fullest', cell: it => <Share of={size(it)} most={most} />},
          {name: 'Size', isNumber: true, cell: it => <Bytes value={it.bytes} />},
        ]}
      />
    </div>
  )
}
