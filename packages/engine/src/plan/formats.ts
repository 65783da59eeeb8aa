/** How keys and values stand in a topic. `COLUMNS` is Millrace's own encoding: typed columns, nothing to parse. */
export type FormatName = 'COLUMNS' | 'JSON' | 'JSON_SR' | 'DELIMITED' | 'KAFKA' | 'NONE' | 'AVRO' | 'PROTOBUF' | 'PROTOBUF_NOSR'

export type Format = {
  readonly name: FormatName
  /** Lower-case settings of the format: `delimiter`, `wrap` ('true' | 'false'), `nullable_representation`, … */
  readonly settings: Readonly<Record<string, string>>
}

/** `value.name` COLUMNS means that the whole topic, keys included, is in the `columns` encoding; `key` then only places keys. */
export type Formats = {readonly key: Format; readonly value: Format}

/** Time windows carry a size; sessions do not. */
export type WindowedKey = {readonly kind: 'tumbling' | 'hopping'; readonly sizeMs: number} | {readonly kind: 'session'}

/** Millrace's own encoding, the default where no format is named. */
export const COLUMNS: Format = {name: 'COLUMNS', settings: {}}
/** Kafka's primitive serializers: the default for keys. */
export const KAFKA: Format = {name: 'KAFKA', settings: {}}
