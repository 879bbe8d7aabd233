export const NODES: readonly { readonly version: string; readonly thread?: string }[];
/** The path of a Node of this major version. */
export function nodeBinary(version: string): string;
