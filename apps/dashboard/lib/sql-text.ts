/** A name as it stands, whatever its case and letters. */
export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``
